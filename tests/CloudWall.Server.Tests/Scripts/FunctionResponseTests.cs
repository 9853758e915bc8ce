using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

public sealed class FunctionResponseTests
{
    private const string Design =
        """
        {"shows":{
          "half":"function() { return 'a\\ud800b'; }",
          "halves":"function() { var o = {}; o['\\ud800'] = '\\udc00'; return {json: o}; }",
          "named":"function() { return {headers: {'Content-Disposition': 'filename=\\'M\u00fcller \u4e2d\\''}, body: 'x'}; }",
          "status":"function(doc, req) { return {code: req.query.code, headers: {'X-Own': 'here'}, body: 'text'}; }"},
        "lists":{
          "status":"function(head, req) { start({code: +req.query.code, headers: {'X-Own': 'here'}}); send('text'); getRow(); return 'more'; }",
          "body":"function(head, req) { return toJSON(req.body); }"},
        "updates":{
          "half":"function(doc, req) { return [{_id: 'half', text: 'a\\ud800b'}, 'ok']; }",
          "body":"function(doc, req) { return [null, req.body]; }"},
        "views":{"all":{"map":"function(doc) { emit(doc._id); }"}}}
        """;

    [Fact]
    public async Task Halves_of_characters_are_replaced_in_what_functions_answer_and_write()
    {
        await using var node = await StartAsync();
        Assert.Equal((200, "a\uFFFDb"), await ShownAsync("_show/half"));
        Assert.Equal((200, "{\"\uFFFD\":\"\uFFFD\"}\n"), await ShownAsync("_show/halves"));
        Assert.Equal(201, (await node.PostAsync("/db/_design/app/_update/half", "")).Status);
        Assert.Equal("a\uFFFDb", (string?)JsonNode.Parse((await node.GetAsync("/db/half")).Bytes)!["text"]);

        async Task<(int, string)> ShownAsync(string path) =>
            await node.GetAsync("/db/_design/app/" + path) is var answer ? (answer.Status, answer.Text) : default;
    }

    [Fact]
    public async Task Halves_of_characters_are_replaced_in_what_functions_throw()
    {
        await using var node = await StartAsync();
        Assert.Equal(201, (await node.PutAsync(
            "/db/_design/strict", """{"validate_doc_update":"function(doc) { throw doc.odd ? 'x\\ud800' : {forbidden: 'no\\ud800'}; }"}""")).Status);
        var refused = await node.PutAsync("/db/doc", "{}");
        Assert.Equal((403, "{\"error\":\"forbidden\",\"reason\":\"no\uFFFD\"}\n"), (refused.Status, refused.Text));
        Assert.Equal("x\uFFFD", (string?)JsonNode.Parse((await node.PutAsync("/db/doc", """{"odd":true}""")).Bytes)!["reason"]);
    }

    [Fact]
    public async Task Headers_may_have_any_characters()
    {
        await using var node = await StartAsync();
        var answer = await node.GetAsync("/db/_design/app/_show/named");
        Assert.Equal(200, answer.Status);
        Assert.Equal("filename='Müller 中'", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer.Header("Content-Disposition")!)));
    }

    [Theory]
    [InlineData("_show/status", 204)]
    [InlineData("_show/status", 205)]
    [InlineData("_show/status", 304)]
    [InlineData("_list/status/all", 204)]
    [InlineData("_list/status/all", 205)]
    [InlineData("_list/status/all", 304)]
    public async Task No_body_goes_with_a_status_that_goes_alone(string path, int status)
    {
        await using var node = await StartAsync();
        var answer = await node.GetAsync($"/db/_design/app/{path}?code={status}");
        Assert.Equal((status, "here", ""), (answer.Status, answer.Header("X-Own"), answer.Text));
        Assert.Equal(200, (await node.GetAsync("/db")).Status);
    }

    [Fact]
    public async Task A_status_may_be_a_string() =>
        Assert.Equal(418, await StatusAsync("418"));

    [Theory]
    [InlineData("99")]
    [InlineData("1000")]
    [InlineData("-200")]
    [InlineData("odd")]
    public async Task What_is_no_status_is_an_error(string code) =>
        Assert.Equal(500, await StatusAsync(code));

    [Fact]
    public async Task List_functions_see_what_the_body_says_and_others_its_text()
    {
        await using var node = await StartAsync();
        Assert.Equal("""{"keys":["app"],"own":1}""", (await node.PostAsync("/db/_design/app/_list/body/all", """{"keys": ["app"], "own": 1}""")).Text);
        Assert.Equal("""{"own": 1}""", (await node.PostAsync("/db/_design/app/_update/body", """{"own": 1}""")).Text);
    }

    private static async Task<int> StatusAsync(string code)
    {
        await using var node = await StartAsync();
        return (await node.GetAsync("/db/_design/app/_show/status?code=" + code)).Status;
    }

    private static async Task<InProcessNode> StartAsync()
    {
        var node = await InProcessNode.StartAsync();
        Assert.Equal(201, (await node.PutAsync("/db/_design/app", Design)).Status);
        return node;
    }
}
