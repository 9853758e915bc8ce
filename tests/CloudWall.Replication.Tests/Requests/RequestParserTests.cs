using System.Text.Json;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Requests;

namespace CloudWall.Replication.Tests.Requests;

public sealed class RequestParserTests
{
    private const string Node = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("http://user:one@host:5984/db", "http://user:two@host:5984/db")]
    [InlineData("http://user:one@host/db", "https://user:one@host/db/")]
    [InlineData("http://user:one@host:5984/db", "http://user:one@host/db")]
    public void Password_scheme_and_usual_port_do_not_change_the_id(string one, string other) => Assert.Equal(Id(one), Id(other));

    [Theory]
    [InlineData("http://user:x@host/db", "http://other:x@host/db")]
    [InlineData("http://user:x@host/db", "http://user:x@elsewhere/db")]
    [InlineData("http://user:x@host/db", "http://user:x@host/db2")]
    [InlineData("http://user:x@host/db", "http://user:x@host:6000/db")]
    public void Another_place_has_another_id(string one, string other) => Assert.NotEqual(Id(one), Id(other));

    [Fact]
    public void A_peer_that_says_who_it_is_keeps_its_checkpoints_under_another_address()
    {
        var one = Parse($$"""{"source":"http://user:x@host/db","target":"t"}""");
        var other = Parse($$"""{"source":"https://user:x@192.168.1.7:6984/db","target":"t"}""");
        Assert.Equal(one.CheckpointId(Node, "peer db 1", "here t 2", null), other.CheckpointId(Node, "peer db 1", "here t 2", null));
        Assert.NotEqual(one.CheckpointId(Node, "peer db 1", "here t 2", null), one.CheckpointId(Node, "peer db 9", "here t 2", null));
        Assert.NotEqual(one.CheckpointId(Node, null, "here t 2", null), other.CheckpointId(Node, null, "here t 2", null));
    }

    [Theory]
    [InlineData("""{"source":"http://other:x@host/db","target":"t"}""")]
    [InlineData("""{"source":{"url":"http://user:x@host/db","headers":{"X-Auth-CouchDB-UserName":"other"}},"target":"t"}""")]
    [InlineData("""{"source":"http://user:x@host/db","target":"t","user_ctx":{"name":"other","roles":[]}}""")]
    public void Who_may_do_other_things_has_checkpoints_of_their_own(string other)
    {
        var one = Parse("""{"source":"http://user:x@host/db","target":"t"}""");
        Assert.NotEqual(one.CheckpointId(Node, "peer db 1", "here t 2", null), Parse(other).CheckpointId(Node, "peer db 1", "here t 2", null));
    }

    [Fact]
    public void What_is_selected_makes_another_replication()
    {
        string[] selections =
        [
            "", ",\"doc_ids\":[\"a\"]", ",\"doc_ids\":[\"a\",\"b\"]", ",\"filter\":\"a/b\"", ",\"filter\":\"a/b\",\"query_params\":{\"x\":1}",
            ",\"selector\":{\"x\":1}", ",\"winning_revs_only\":true", ",\"continuous\":true", ",\"create_target\":true",
        ];
        Assert.Equal(selections.Length, selections.Select(selection => Parse("{\"source\":\"a\",\"target\":\"b\"" + selection + "}").Id(Node)).Distinct().Count());
    }

    [Fact]
    public void Credentials_are_found_in_all_their_places()
    {
        foreach (var source in (string[])
        [
            "\"http://us%20er:pa%3Ass@host/db\"",
            """{"url":"http://host/db","auth":{"basic":{"username":"us er","password":"pa:ss"}}}""",
            $$$"""{"url":"http://host/db","headers":{"Authorization":"Basic {{{Convert.ToBase64String("us er:pa:ss"u8)}}}"}}""",
        ])
        {
            var address = Parse($$"""{"source":{{source}},"target":"t"}""").Source.Address!;
            Assert.Equal(("us er", "pa:ss"), (address.UserName, address.Password));
            Assert.Equal("http://host/db/", address.ToString());
        }
    }

    [Theory]
    [InlineData("""{"target":"t"}""", "Missing replicator database")]
    [InlineData("""{"source":"s"}""", "Missing replicator database")]
    [InlineData("""{"source":"s","target":"t","continuous":"x"}""", "parameter `continuous` must be a boolean")]
    [InlineData("""{"source":"s","target":"t","doc_ids":5}""", "parameter `doc_ids` must be an array")]
    [InlineData("""{"source":"s","target":"t","doc_ids":[],"filter":"a/b"}""", "`doc_ids`,`filter`,`selector` are mutually exclusive")]
    [InlineData("""{"source":"s","target":"t","query_params":5}""", "parameter `query_params` must be an object")]
    [InlineData("""{"source":"s","target":{"url":"gopher://x/y"}}""", "endpoint has an invalid url")]
    [InlineData("""{"source":"s","target":"t","proxy":"http://p","source_proxy":"http://q"}""", "`proxy` is mutually exclusive with `source_proxy`")]
    [InlineData("""{"source":"s","target":"t","worker_processes":"many"}""", "parameter `worker_processes` must be an integer")]
    public void What_makes_no_sense_is_refused_in_words(string json, string reason) =>
        Assert.Equal(reason, Assert.Throws<RequestException>(() => Parse(json)).Error.Reason);

    [Fact]
    public void Options_are_read_and_the_rest_is_the_settings()
    {
        var request = Parse("""
            {"source":"s","target":"t","checkpoint_interval":1000,"use_checkpoints":false,"worker_processes":2,"worker_batch_size":"10",
             "since_seq":"7-x","create_target_params":{"q":1,"partitioned":false},"doc_ids":["b","a","a%2Fb","b"]}
            """);
        Assert.Equal(TimeSpan.FromSeconds(1), request.Options.CheckpointInterval);
        Assert.False(request.Options.UseCheckpoints);
        Assert.Equal((2, 10, 20), (request.Options.Workers, request.Options.BatchSize, request.Options.Connections));
        Assert.Equal("\"7-x\"", request.Options.SinceSequence);
        Assert.Equal([new("q", "1"), new("partitioned", "false")], request.Options.CreateTargetParameters);
        Assert.Equal(["a", "a/b", "b"], request.Selection.DocumentIds);
    }

    private static string Id(string source) => Parse($$"""{"source":"{{source}}","target":"t"}""").Id(Node);

    /// <summary>Review, differences F18: a document that cancels names the job, and need not say anything else.</summary>
    [Theory]
    [InlineData("""{"cancel":true,"id":"abc"}""", null)]
    [InlineData("""{"cancel":true,"replication_id":"abc","source":"a","target":"b"}""", null)]
    [InlineData("""{"cancel":true,"source":"a","target":"b"}""", null)]
    [InlineData("""{"cancel":true}""", "Missing replicator database")]
    [InlineData("""{"cancel":1,"source":"a","target":"b"}""", "{throw,{bad_request,<<\"parameter `cancel` must be a boolean\">>}}")]
    public void A_document_that_cancels_is_kept(string json, string? refusal)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(refusal, ReplicatorDocument.Refuse(document.RootElement, new ReplicationOptions()));
    }

    private static ReplicationRequest Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return RequestParser.Parse(document.RootElement, new ReplicationOptions());
    }
}
