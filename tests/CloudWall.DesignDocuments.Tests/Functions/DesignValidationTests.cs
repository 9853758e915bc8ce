using CloudWall.Scripting;

namespace CloudWall.DesignDocuments.Tests.Functions;

public sealed class DesignValidationTests
{
    [Fact]
    public async Task All_validation_functions_have_to_agree()
    {
        await using var designed = await DesignedDatabase.CreateAsync();
        Assert.Null((await designed.PutAsync("_design/a", Validate("if (!doc.a) { throw {forbidden: 'a'}; }"))).Error);
        Assert.Null((await designed.PutAsync("_design/b", Validate("if (!doc.b) { throw {unauthorized: user.roles[0]}; }"))).Error);
        Assert.Null((await designed.PutAsync("x", """{"a":1,"b":1}""")).Error);
        Assert.Equal((403, "a"), await RefusalAsync(designed, """{"b":1}"""));
        Assert.Equal((401, "_admin"), await RefusalAsync(designed, """{"a":1}"""));
    }

    [Fact]
    public async Task A_view_that_does_not_compile_is_refused()
    {
        await using var designed = await DesignedDatabase.CreateAsync();
        var error = (await designed.PutAsync("_design/d", """{"views":{"v":{"map":"function("}}}""")).Error;
        Assert.Equal((400, "compilation_error"), (error?.Status, error?.Error));
        Assert.Null(designed.Database.Find("_design/d"));
    }

    /// <summary>It is refused for good, so that a replication goes on with other documents.</summary>
    [Fact]
    public async Task A_document_that_functions_cannot_take_is_refused()
    {
        await using var designed = await DesignedDatabase.CreateAsync(new ScriptLimits { Memory = 32 << 20, Timeout = TimeSpan.FromMinutes(1) });
        Assert.Null((await designed.PutAsync("_design/a", Validate(string.Empty))).Error);

        var error = (await designed.PutAsync("large", "{\"x\":[" + string.Concat(Enumerable.Repeat("{},", 1_000_000)) + "1]}")).Error;

        Assert.Equal((413, "document_too_large"), (error?.Status, error?.Error));
        Assert.Null((await designed.PutAsync("small", "{}")).Error);
    }

    private static string Validate(string code) =>
        $$"""{"validate_doc_update":"function(doc, old, user) { if (doc._id[0] !== '_') { {{code}} } }"}""";

    private static async Task<(int? Status, string? Reason)> RefusalAsync(DesignedDatabase designed, string body)
    {
        var error = (await designed.PutAsync("refused", body)).Error;
        return (error?.Status, error?.Reason);
    }
}
