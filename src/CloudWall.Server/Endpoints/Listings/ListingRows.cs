using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Sequences;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>The frame of a listing and its rows, to the letter: line ends too.</summary>
internal sealed class ListingRows(JsonBuffer buffer)
{
    private bool _any;

    /// <summary>Writes what comes before the rows.</summary>
    /// <param name="total">All documents of the kind, null where they are not counted.</param>
    /// <param name="offset">The documents before the first row, null where that means nothing.</param>
    /// <param name="sequence">The database whose sequence is to be shown and the sequence (null: shown as null), or null.</param>
    public void Begin(long? total, long? offset, (Database Database, long? Sequence)? sequence)
    {
        Number(buffer.Raw("{\"total_rows\":"u8), total);
        Number(buffer.Raw(",\"offset\":"u8), offset);
        if (sequence is { } shown)
        {
            buffer.Raw(",\"update_seq\":"u8);
            _ = shown.Sequence is { } number
                ? buffer.Sequence(new SequenceTokens(shown.Database.Incarnation), number)
                : buffer.Raw("null"u8);
        }

        buffer.Raw(",\"rows\":[\r\n"u8);
    }

    /// <summary>Writes a row but for its end, so that a document may follow.</summary>
    /// <param name="id">The id as UTF-8.</param>
    /// <param name="revision">The winning revision.</param>
    public void BeginRow(ReadOnlySpan<byte> id, RevisionId revision)
    {
        Separate();
        buffer.Raw("{\"id\":"u8).Utf8Text(id)
            .Raw(",\"key\":"u8).Utf8Text(id)
            .Raw(",\"value\":{\"rev\":"u8).Revision(revision).Raw("}"u8);
    }

    /// <summary>Writes the row of a key but for its end, so that a document may follow.</summary>
    public void BeginRow(NormalJson key, RevisionId revision, bool deleted)
    {
        Separate();
        buffer.Raw("{\"id\":"u8).Raw(key.Utf8.Span)
            .Raw(",\"key\":"u8).Raw(key.Utf8.Span)
            .Raw(",\"value\":{\"rev\":"u8).Revision(revision)
            .Raw(deleted ? ",\"deleted\":true}"u8 : "}"u8);
    }

    /// <summary>Writes the row of a local document but for its end.</summary>
    public void BeginLocalRow(LocalDocument document)
    {
        Separate();
        buffer.Raw("{\"id\":"u8).Text(document.Id)
            .Raw(",\"key\":"u8).Text(document.Id)
            .Raw(",\"value\":{\"rev\":\"0-"u8).Number(document.Revision).Raw("\"}"u8);
    }

    /// <summary>Writes the row of a key that stands for no document.</summary>
    public void Missing(NormalJson key)
    {
        Separate();
        buffer.Raw("{\"key\":"u8).Raw(key.Utf8.Span).Raw(",\"error\":\"not_found\"}"u8);
    }

    /// <summary>Ends a row.</summary>
    public void EndRow() => buffer.Raw("}"u8);

    /// <summary>Writes what comes after the rows, without the last line end.</summary>
    public void End() => buffer.Raw("\r\n]}"u8);

    private static void Number(JsonBuffer buffer, long? number) => _ = number is { } value ? buffer.Number(value) : buffer.Raw("null"u8);

    private void Separate()
    {
        if (_any)
        {
            buffer.Raw(",\r\n"u8);
        }

        _any = true;
    }
}
