using System.Text;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>Rows of a feed that a function is asked about together: one look at a function costs as much as looking at many documents.</summary>
/// <param name="database">The database.</param>
/// <param name="function">The function.</param>
/// <param name="allLeaves">Whether it is asked about all leaves, or about the winner alone.</param>
internal sealed class FilterBatch(Database database, FilterFunction function, bool allLeaves) : IDisposable
{
    private const int MostRows = 100;

    private const int MostBytes = 1 << 20;

    private readonly JsonBuffer _text = new(4096);
    private readonly List<Row> _rows = [];
    private readonly List<(int Row, RevisionLeaf Leaf, int Start, int End)> _documents = [];

    /// <summary>The rows. Those that do not pass have no leaves.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Whether it is time to ask.</summary>
    public bool IsFull => _rows.Count >= MostRows || _text.WrittenCount >= MostBytes;

    /// <summary>Adds the row of a cursor.</summary>
    public void Add(ChangesCursor cursor)
    {
        var row = new Row(cursor.Sequence, cursor.Id.ToArray(), cursor.Leaves[0]);
        _rows.Add(row);
        foreach (var leaf in allLeaves ? cursor.Leaves : cursor.Leaves[..1])
        {
            using var stored = database.Read(Encoding.UTF8.GetString(row.Id), leaf.Revision);
            if (stored is not null)
            {
                var start = _text.WrittenCount;
                DocumentWriter.WriteRow(_text, row.Id, leaf.Revision, leaf.IsDeleted, stored);
                _documents.Add((_rows.Count - 1, leaf, start, _text.WrittenCount));
            }
        }
    }

    /// <summary>Asks about all rows.</summary>
    public async ValueTask DecideAsync(CancellationToken cancellation)
    {
        var passes = await function.PassAsync(
            [.. _documents.Select(document => _text.WrittenMemory[document.Start..document.End])], cancellation);
        for (var i = 0; i < passes.Length; i++)
        {
            if (passes[i])
            {
                _rows[_documents[i].Row].Leaves.Add(_documents[i].Leaf);
            }
        }
    }

    /// <summary>Makes room for the next rows.</summary>
    public void Clear()
    {
        _rows.Clear();
        _documents.Clear();
        _text.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    /// <summary>A row.</summary>
    /// <param name="Sequence">Its sequence.</param>
    /// <param name="Id">The document's id as UTF-8.</param>
    /// <param name="Winner">The document's winner.</param>
    internal sealed record Row(long Sequence, byte[] Id, RevisionLeaf Winner)
    {
        /// <summary>The leaves that pass.</summary>
        public List<RevisionLeaf> Leaves { get; } = [];
    }
}
