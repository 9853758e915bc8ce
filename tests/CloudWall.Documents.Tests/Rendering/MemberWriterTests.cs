using System.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Rendering;

/// <summary>All documents are written with the same members: what one writer is shown to do holds for answers, views and replication.</summary>
public sealed class MemberWriterTests
{
    private const string Hash = "967a00dff5e02add41819138abb3284d";

    private static readonly RevisionId Second = RevisionId.Parse("2-" + Hash);

    private static readonly RevisionId First = RevisionId.Parse("1-" + Hash);

    private static readonly RevisionLeaf[] Leaves =
    [
        new(Second, RevisionFlags.Stored, 3),
        new(First, RevisionFlags.Stored, 2),
        new(RevisionId.Parse("3-made-up \"hash\""), RevisionFlags.Deleted, 1),
    ];

    [Fact]
    public void Members_have_their_order_and_their_escapes()
    {
        using var json = new JsonBuffer();
        MemberWriter.WriteId(json, "a\"é"u8);
        MemberWriter.WriteBody(json, Second, deleted: true, "{\"b\":1}"u8);
        MemberWriter.WriteRevisions(json, [Second, First]);
        MemberWriter.WriteConflicts(json, Leaves, Second);
        MemberWriter.WriteDeletedConflicts(json, Leaves, Second);
        MemberWriter.WriteLocalSequence(json, 3);
        json.Raw("}"u8);
        Assert.Equal(
            $$"""{"_id":"a\"é","_rev":"2-{{Hash}}","b":1,"_deleted":true,"_revisions":{"start":2,"ids":["{{Hash}}","{{Hash}}"]}"""
            + $$""","_conflicts":["1-{{Hash}}"],"_deleted_conflicts":["3-made-up \"hash\""],"_local_seq":3}""",
            Encoding.UTF8.GetString(json.WrittenSpan));
    }

    [Fact]
    public void What_is_not_there_is_left_out()
    {
        using var json = new JsonBuffer();
        MemberWriter.WriteId(json, "a");
        MemberWriter.WriteBody(json, revision: null, deleted: false, "{}"u8);
        MemberWriter.WriteRevisions(json, Array.Empty<RevisionId>());
        MemberWriter.WriteConflicts(json, Leaves.AsSpan(0, 1), Second);
        json.Raw("}"u8);
        Assert.Equal("""{"_id":"a"}""", Encoding.UTF8.GetString(json.WrittenSpan));
    }

    [Fact]
    public void Attachments_of_this_node_and_of_others_look_the_same()
    {
        var stored = new AttachmentInfo("x/y", "text/plain", 2, new byte[16], 10, 7, ContentEncoding.Gzip, new byte[32]);
        foreach (var follows in new[] { false, true })
        {
            using var own = new JsonBuffer();
            using var other = new JsonBuffer();
            MemberWriter.WriteAttachment(own, first: true, stored, follows, withEncoding: true);
            MemberWriter.WriteAttachment(
                other, true, stored.Name, stored.ContentType, stored.RevisionPosition, stored.Digest, stored.Length, follows, stored.StoredLength);
            var form = follows ? "follows" : "stub";
            Assert.Equal(
                ""","_attachments":{"x/y":{"content_type":"text/plain","revpos":2,"digest":"md5-AAAAAAAAAAAAAAAAAAAAAA==","length":10"""
                + $$""","{{form}}":true,"encoding":"gzip","encoded_length":7}""",
                Encoding.UTF8.GetString(own.WrittenSpan));
            Assert.Equal(own.WrittenSpan, other.WrittenSpan);
        }
    }

    [Fact]
    public void What_is_not_known_of_an_attachment_is_left_out()
    {
        using var json = new JsonBuffer();
        MemberWriter.WriteAttachment(json, first: false, "x", "text/plain", 1, digest: null, length: -1, follows: true, packedLength: null);
        Assert.Equal(
            """,{"content_type":"text/plain","revpos":1,"follows":true}""".Insert(1, "\"x\":"), Encoding.UTF8.GetString(json.WrittenSpan));
    }
}
