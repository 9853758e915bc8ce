using System.Text.Json.Nodes;

namespace CloudWall.Crash.Tests.Hostile;

/// <summary>One of the eight kinds of functions that a design document may have, and the request that runs it.</summary>
/// <param name="Name">What CouchDB calls it.</param>
/// <param name="Before">The function's text before the statements that are put into it.</param>
/// <param name="After">Its text after them.</param>
/// <param name="Design">Makes a design document of the function's text.</param>
/// <param name="Method">The method of the request.</param>
/// <param name="Path">Its path below the database.</param>
/// <param name="Body">Its body.</param>
/// <param name="Expected">Part of the answer when the statements change nothing.</param>
internal sealed record FunctionKind(
    string Name, string Before, string After, Func<string, JsonObject> Design, string Method, string Path, string? Body, string Expected)
{
    private const string EmitIds = "function (doc) { emit(doc._id, 1); }";

    public static IReadOnlyList<FunctionKind> All { get; } =
    [
        new("map", "function (doc) {", "emit(doc._id, 'mapped'); }",
            static code => Views(code, null), "GET", "/_design/d/_view/v?reduce=false", null, "mapped"),
        new("reduce", "function (keys, values, rereduce) {", "return 'reduced'; }",
            static code => Views(EmitIds, code), "GET", "/_design/d/_view/v", null, "reduced"),
        new("filter", "function (doc, req) {", "return doc._id == 'a'; }",
            static code => Functions("filters", code), "GET", "/_changes?filter=d/f", null, "\"id\":\"a\""),
        new("validate", "function (doc, old, user, security) { if (doc.tried) {", "throw {forbidden: 'validated'}; } }",
            static code => new JsonObject { ["validate_doc_update"] = code }, "POST", "", "{\"tried\":true}", "validated"),
        new("show", "function (doc, req) {", "return 'shown'; }",
            static code => Functions("shows", code), "GET", "/_design/d/_show/f/a", null, "shown"),
        new("list", "function (head, req) {", "var row; while ((row = getRow())) { send('listed ' + row.id); } }",
            static code => Functions("lists", code, Views(EmitIds, null)), "GET", "/_design/d/_list/f/v", null, "listed a"),
        new("update", "function (doc, req) {", "return [null, 'updated']; }",
            static code => Functions("updates", code), "POST", "/_design/d/_update/f/a", "{}", "updated"),
        new("rewrite", "function (req) {", "return {code: 200, body: 'rewritten'}; }",
            static code => new JsonObject { ["rewrites"] = code }, "GET", "/_design/d/_rewrite/x", null, "rewritten"),
    ];

    /// <summary>A design document whose function runs the statements when it is called.</summary>
    public JsonObject WhenCalled(string statements) => Design(Before + "\n" + statements + "\n" + After);

    /// <summary>A design document whose function runs the statements when its text is loaded.</summary>
    public JsonObject WhenLoaded(string statements) => Design("(function () {\n" + statements + "\n})();\n" + Before + After);

    private static JsonObject Views(string map, string? reduce)
    {
        var view = new JsonObject { ["map"] = map };
        if (reduce is not null)
        {
            view["reduce"] = reduce;
        }

        return new JsonObject { ["views"] = new JsonObject { ["v"] = view } };
    }

    private static JsonObject Functions(string member, string code, JsonObject? design = null)
    {
        design ??= [];
        design[member] = new JsonObject { ["f"] = code };
        return design;
    }
}
