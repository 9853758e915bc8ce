using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Changes;

/// <summary>Rows of the feed that a filter processes together, because one function call costs as much as reading many documents.</summary>
/// <param name="database">The database.</param>
/// <param name="allLeaves">Whether the filter decides about all leaves, or only about the winner.</param>
public sealed class ChangeBatch(Database database, bool allLeaves) : IDisposable
{
    private const int MostRows = 100;

    private const int MostBytes = 1 << 20;

    private readonly JsonBuffer _text = new(4096);
    private readonly List<Row> _rows = [];
    private readonly List<(int Row, RevisionLeaf Leaf, int Start, int End)> _documents = [];

    /// <summary>The rows. A row without leaves did not pass.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Whether the batch has reached its limits.</summary>
    public bool IsFull => _rows.Count >= MostRows || _text.WrittenCount >= MostBytes;

    /// <summary>Adds the cursor's current row and reads its documents.</summary>
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

    /// <summary>The documents of the leaves as JSON in UTF-8. A leaf without a stored body has none and does not pass.</summary>
    public ReadOnlyMemory<byte>[] Documents() => [.. _documents.Select(document => _text.WrittenMemory[document.Start..document.End])];

    /// <summary>Marks a document's leaf as passed.</summary>
    /// <param name="document">The document's index in <see cref="Documents"/>.</param>
    public void Pass(int document) => _rows[_documents[document].Row].Leaves.Add(_documents[document].Leaf);

    /// <summary>
    /// Drops the documents after the decision. The rows may wait for a slow client; the documents are not needed any more.
    /// </summary>
    public void DropDocuments() => _text.Clear();

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        _rows.Clear();
        _documents.Clear();
        _text.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    /// <summary>A row of the feed.</summary>
    /// <param name="Sequence">Its update sequence.</param>
    /// <param name="Id">The document's id as UTF-8.</param>
    /// <param name="Winner">The document's winner.</param>
    public sealed record Row(long Sequence, byte[] Id, RevisionLeaf Winner)
    {
        /// <summary>The leaves that passed.</summary>
        public List<RevisionLeaf> Leaves { get; } = [];
    }
}
