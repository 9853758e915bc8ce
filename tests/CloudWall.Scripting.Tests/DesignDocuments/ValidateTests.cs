using CloudWall.Scripting.DesignDocuments;

namespace CloudWall.Scripting.Tests.DesignDocuments;

public sealed class ValidateTests
{
    private readonly Scripts _scripts = new();

    private void Validate(string body, string newDocument = "{}", string oldDocument = "") =>
        _scripts.Design($$"""{"_id":"_design/a","validate_doc_update":"function(newDoc, oldDoc, userCtx, secObj) { {{body}} }"}""").Validate(
            new ValidationArguments(
                Scripts.Utf8(newDocument), Scripts.Utf8(oldDocument), Scripts.Utf8("""{"db":"db","name":"jo","roles":["r"]}"""), Scripts.Utf8("""{"admins":{}}""")),
            TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("")]
    [InlineData("return false;")]
    [InlineData("throw 1;")]
    [InlineData("throw true;")]
    public void A_document_passes(string body) => Validate(body);

    [Theory]
    [InlineData("throw {forbidden: 'bad'};", "forbidden", "\"bad\"")]
    [InlineData("throw {unauthorized: 'who'};", "unauthorized", "\"who\"")]
    [InlineData("throw {forbidden: {a: 1}};", "forbidden", "{\"a\":1}")]
    [InlineData("throw {forbidden: [userCtx, secObj, oldDoc, newDoc.n, this._id]};", "forbidden", """[{"db":"db","name":"jo","roles":["r"]},{"admins":{}},null,7,"_design/a"]""")]
    [InlineData("throw {custom: 'x'};", "unknown_error", "\"x\"")]
    [InlineData("throw {forbidden: 'a', more: 1};", "unknown_error", "{\"forbidden\":\"a\",\"more\":1}")]
    [InlineData("throw 'text';", "unknown_error", "\"text\"")]
    [InlineData("throw 5;", "unknown_error", "5")]
    [InlineData("throw null;", "TypeError", "\"TypeError: cannot read property 'name' of null\"")]
    [InlineData("throw ['error', 'mine', 'why'];", "mine", "\"why\"")]
    [InlineData("throw new Error('broken');", "Error", "\"Error: broken\"")]
    public void A_document_is_refused(string body, string error, string reason)
    {
        var e = Assert.Throws<ScriptException>(() => Validate(body, """{"n":7}"""));
        Assert.Equal((error, reason), (e.Error, Scripts.Text(e.ReasonJson)));
    }

    [Fact]
    public void The_old_document_is_there() =>
        Assert.Equal("1 -> 2", Assert.Throws<ScriptException>(
            () => Validate("throw {forbidden: oldDoc.f + ' -> ' + newDoc.f};", """{"f":2}""", """{"f":1}""")).Reason);

    [Fact]
    public void A_function_that_does_not_compile_is_an_error() =>
        Assert.Equal("compilation_error", Assert.Throws<ScriptException>(() => Validate("throw")).Error);

    [Fact]
    public void It_is_known_whether_there_is_one()
    {
        Assert.True(_scripts.Design("""{"a":{"b":[1]},"validate_doc_update":"d => 1"}""").HasValidation);
        Assert.False(_scripts.Design("""{"a":{"validate_doc_update":1}}""").HasValidation);
    }
}
