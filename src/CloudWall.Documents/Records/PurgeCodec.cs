using System.Buffers;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Records;

/// <summary>The format of an entry of the purge history.</summary>
internal static class PurgeCodec
{
    public static void Write(IBufferWriter<byte> output, PurgeInfo info)
    {
        output.Text(info.Uuid);
        output.Text(info.Id);
        output.Number(info.Revisions.Count);
        foreach (var revision in info.Revisions)
        {
            output.Revision(revision);
        }
    }

    public static PurgeInfo Read(long sequence, ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        var uuid = reader.Text();
        var id = reader.Text();
        var revisions = new List<RevisionId>();
        for (var count = reader.Number(); count > 0; count--)
        {
            revisions.Add(reader.Revision());
        }

        return new PurgeInfo(sequence, uuid, id, revisions);
    }
}
