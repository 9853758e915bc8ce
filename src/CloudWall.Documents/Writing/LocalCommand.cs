using CloudWall.Documents.Admission;

namespace CloudWall.Documents.Writing;

/// <summary>Writes or deletes a local document.</summary>
internal sealed class LocalCommand(string id, long revision, ReadOnlyMemory<byte>? body) : WriteCommand<long>
{
    public override WriteNeed Need => body is null ? WriteNeed.Release : WriteNeed.Space;

    public override long Weight => 1024 + (body?.Length ?? 0);

    protected override long Decide(WriteSession session)
    {
        if (revision is < 0 or long.MaxValue)
        {
            throw new DocumentException(DocumentError.InvalidRevision);
        }

        if (body is not { } json)
        {
            session.RemoveLocal(id);
            return 0;
        }

        session.PutLocal(id, revision + 1, json.Span);
        return revision + 1;
    }
}
