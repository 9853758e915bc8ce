using System.Text;
using CloudWall.DesignDocuments.Rules;
using CloudWall.Documents.Json;

namespace CloudWall.DesignDocuments.Tests.Rules;

public sealed class DesignDocumentFieldsTests
{
    [Theory]
    [InlineData("""{"views":{"v":{"map":"function(doc){}","reduce":"_stats"},"lib":{"x":"exports.y=1"}}}""")]
    [InlineData("""{"views":{"v":{"map":"f","reduce":"_top_100"}},"options":{"partitioned":false,"local_seq":true}}""")]
    [InlineData("""{"language":"query","views":{"v":{"map":{"fields":{}},"reduce":"_count"}}}""")]
    [InlineData("""{"language":"erlang","views":{"v":{"map":"","reduce":"_nope"}}}""")]
    [InlineData("""{"rewrites":[],"shows":{"s":{}},"lists":{},"filters":{"f":"x"},"updates":{},"validate_doc_update":""}""")]
    [InlineData("""{"anything":{"else":1}}""")]
    [InlineData("{}")]
    public void What_CouchDB_takes_is_taken(string body) => Assert.Null(Check("_design/d", body));

    [Theory]
    [InlineData("""{"views":[]}""", "`views` field must have object type")]
    [InlineData("""{"views":{"v":{"map":5}}}""", "`views.v.map` field must have string type")]
    [InlineData("""{"views":{"v":{"map":"f","reduce":{}}}}""", "`views.v.reduce` field must have string type")]
    [InlineData("""{"views":{"lib":1}}""", "`views.lib` field must have object type")]
    [InlineData("""{"views":{"v":{}}}""", "View `v` must contain map function")]
    [InlineData("""{"views":{"v":{"map":"f","reduce":"_top_101"}}}""", "rank value must be between 1 and 100")]
    [InlineData("""{"views":{"v":{"map":"f","reduce":"_bottom_x"}}}""", "invalid rank reducer")]
    [InlineData("""{"options":{"local_seq":1}}""", "`options.local_seq` field must have boolean type")]
    [InlineData("""{"options":{"partitioned":true}}""", "partitioned option cannot be true in a non-partitioned database.")]
    [InlineData("""{"language":"query","views":{"v":{"map":"f"}}}""", "`views.v.map` field must have object type")]
    [InlineData("""{"rewrites":true}""", "`rewrites` field must have array or string type")]
    public void What_CouchDB_refuses_is_refused(string body, string reason)
    {
        var error = Check("_design/d", body);
        Assert.Equal("invalid_design_doc", error?.Error);
        Assert.Equal(reason, error?.Reason);
    }

    [Fact]
    public void Other_documents_may_say_what_they_like() => Assert.Null(Check("d", """{"views":5}"""));

    private static CloudWall.Documents.DocumentError? Check(string id, string body) =>
        DesignDocumentFields.Check(id, DocumentParser.Parse(Encoding.UTF8.GetBytes(body), DocumentLimits.Default), partitioned: false);
}
