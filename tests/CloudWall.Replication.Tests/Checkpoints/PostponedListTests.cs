using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Tests.Checkpoints;

public sealed class PostponedListTests
{
    private static readonly RevisionId Revision = RevisionId.Parse("1-11111111111111111111111111111111");
    private static readonly PostponedList List = new(MemoryNode.Key, "id");
    private static readonly PostponedRevision[] Two = [new("ä/\"b", Revision, 3, 1), new("_design/c", Revision, PostponedRevision.MaxAttempts)];

    [Fact]
    public void What_is_written_is_read_even_if_the_peer_writes_its_JSON_in_another_way()
    {
        var written = Write(List, Two);
        var again = JsonNode.Parse(written)!.ToJsonString(new JsonSerializerOptions
        {
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });

        Assert.Equal(Two, List.Read(Encoding.UTF8.GetBytes(written)));
        Assert.Equal(Two, List.Read(Encoding.UTF8.GetBytes(again)));
        Assert.NotEqual(written, again);
        Assert.Empty(List.Read("{}"u8.ToArray())!);
        Assert.Equal("{}", Write(List, []));
    }

    [Fact]
    public void What_a_peer_has_written_is_not_believed()
    {
        var written = Write(List, Two);

        Assert.Null(new PostponedList(new byte[] { 1 }, "id").Read(Encoding.UTF8.GetBytes(written)));
        Assert.Null(new PostponedList(MemoryNode.Key, "other").Read(Encoding.UTF8.GetBytes(written)));
        Assert.Null(Read(written.Replace("design/c", "design/d", StringComparison.Ordinal)));
        Assert.Null(Read(written.Replace("1-1", "2-1", StringComparison.Ordinal)));
        Assert.Null(Read(written.Replace("\"attempts\":3", "\"attempts\":4", StringComparison.Ordinal)));
        Assert.Null(Read(written.Replace("_seal", "_other", StringComparison.Ordinal)));
        Assert.Null(Read(Write(List, [Two[0] with { Attempts = int.MaxValue }])));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("[]")]
    [InlineData("[5]")]
    [InlineData("[{\"id\":\"a\"}]")]
    [InlineData("[{\"id\":\"a\",\"rev\":\"x\"}]")]
    [InlineData("[{\"id\":1,\"rev\":\"1-11111111111111111111111111111111\"}]")]
    [InlineData("[{\"id\":\"\\ud800\",\"rev\":\"1-11111111111111111111111111111111\"}]")]
    public void What_is_no_list_is_not_believed(string member) => Assert.Null(Read($"{{\"postponed\":{member},\"postponed_seal\":\"\"}}"));

    [Fact]
    public void What_has_no_room_is_not_believed_even_with_a_seal()
    {
        Assert.NotNull(Read(Write(List, Many(PostponedList.MaxCount, "a"))));
        Assert.Null(Read(Write(List, Many(PostponedList.MaxCount + 1, "a"))));
        Assert.Null(Read(Write(List, Many(500, new string('中', 200)))));
        Assert.Null(Read(Write(List, Many(1, new string('a', PostponedList.MaxIdBytes)))));
    }

    /// <summary>Or a peer could not answer with it.</summary>
    [Fact]
    public void It_takes_no_more_than_it_is_said_to()
    {
        var most = Many(PostponedList.MaxBytes / PostponedList.SizeOf(new string('中', 80) + "000"), new string('中', 80));

        Assert.True(PostponedList.Fits(most));
        Assert.InRange(Encoding.UTF8.GetByteCount(Write(List, most)), PostponedList.MaxBytes / 2, PostponedList.MaxBytes);
    }

    private static PostponedRevision[] Many(int count, string id) =>
        [.. Enumerable.Range(0, count).Select(i => new PostponedRevision($"{id}{i}", Revision, PostponedRevision.MaxAttempts, 1))];

    private static IReadOnlyList<PostponedRevision>? Read(string json) => List.Read(Encoding.UTF8.GetBytes(json));

    private static string Write(PostponedList list, IReadOnlyList<PostponedRevision> postponed)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            list.Write(json, postponed);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
