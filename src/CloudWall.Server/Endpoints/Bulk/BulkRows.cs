using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>The answer to a bulk: what became of its documents, in their order.</summary>
internal sealed class BulkRows : IDisposable
{
    private const int UsualLength = 96;
    private const int MostExpected = 10_000;

    private readonly JsonBuffer _json;
    private bool _hasRows;

    /// <summary>An answer without rows.</summary>
    /// <param name="count">How many there will be at most.</param>
    public BulkRows(int count)
    {
        _json = new JsonBuffer(64 + (Math.Min(count, MostExpected) * UsualLength));
        _json.Raw("["u8);
    }

    /// <summary>A document was written.</summary>
    public void Written(string id, RevisionId revision)
    {
        Begin();
        DocumentAnswer.WriteRow(_json, id, revision);
    }

    /// <summary>A document was refused.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="revision">The revision that was sent; the default value where none was, null where it is not told.</param>
    /// <param name="error">Why.</param>
    public void Refused(string id, RevisionId? revision, DocumentError error)
    {
        Begin();
        _json.Raw("{\"id\":"u8).Text(id);
        if (revision is { } named)
        {
            _json.Raw(",\"rev\":"u8);
            if (named.IsNone)
            {
                _json.Raw("\"0-\""u8);
            }
            else
            {
                _json.Revision(named);
            }
        }

        _json.Raw(","u8).Failure(error).Raw("}"u8);
    }

    /// <summary>Ends the answer.</summary>
    public JsonBuffer Complete() => _json.Raw("]"u8);

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Begin()
    {
        _json.Raw(_hasRows ? ","u8 : ""u8);
        _hasRows = true;
    }
}
