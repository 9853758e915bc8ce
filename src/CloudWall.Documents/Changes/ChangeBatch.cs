using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Changes;

/// <summary>
/// Rows of a feed that a filter decides about together: to ask a function once costs as much as to look at many documents.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="allLeaves">Whether it decides about all leaves, or about the winner alone.</param>
public sealed class ChangeBatch(Database database, bool allLeaves) : IDisposable
{
    private const int MostRows = 100;

    private const int MostBytes = 1 << 20;

    private readonly JsonBuffer _text = new(4096);
    private readonly List<Row> _rows = [];
    private readonly List<(int Row, RevisionLeaf Leaf, int Start, int End)> _documents = [];

    /// <summary>The rows. Those that do not pass have no leaves.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Whether it is time to decide.</summary>
    public bool IsFull => _rows.Count >= MostRows || _text.WrittenCount >= MostBytes;

    /// <summary>Adds the row of a cursor, and reads the documents.</summary>
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

    /// <summary>The leaves' documents as JSON in UTF-8. Leaves whose bodies are gone have none, and do not pass.</summary>
    public ReadOnlyMemory<byte>[] Documents() => [.. _documents.Select(document => _text.WrittenMemory[document.Start..document.End])];

    /// <summary>Lets a document's leaf pass.</summary>
    /// <param name="document">The document, by its place among <see cref="Documents"/>.</param>
    public void Pass(int document) => _rows[_documents[document].Row].Leaves.Add(_documents[document].Leaf);

    /// <summary>Gives the documents back once it is decided: the rows may wait for a client, the documents need not.</summary>
    public void DropDocuments() => _text.Clear();

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
    public sealed record Row(long Sequence, byte[] Id, RevisionLeaf Winner)
    {
        /// <summary>The leaves that pass.</summary>
        public List<RevisionLeaf> Leaves { get; } = [];
    }
}
