namespace CloudWall.Server.Tests.Endpoints.Documents;

/// <summary>
/// Seen beside a CouchDB: bytes in a path that are no UTF-8. There is no document of such an id, so whoever looks for one is told that it
/// is missing; only who makes one is told why that cannot be.
/// </summary>
public sealed class InvalidIdTests
{
    private const string Illegal = """\{"error":"illegal_docid","reason":"Document id must be valid UTF-8"\}""";
    private const string Missing = """\{"error":"not_found","reason":"missing"\}""";
    private const string MissingRevision = """\{"error":"not_found","reason":"missing_rev"\}""";
    private const string NoAttachment = """\{"error":"not_found","reason":"Document is missing attachment"\}""";
    private const string IllegalAttachment = """\{"error":"bad_request","reason":"Attachment name is not UTF-8 encoded"\}""";

    [Theory]
    [InlineData("%ff")]
    [InlineData("a%ffb")]
    [InlineData("%C0%80")]
    [InlineData("_design/%ff")]
    [InlineData("_local/%ff")]
    [InlineData("_%ff")]
    public async Task A_document(string id)
    {
        await using var node = await TestNode.StartAsync();
        var path = "/db/" + id;
        Scenario[] scenarios =
        [
            new("PUT", "/db", 201),
            new("PUT", "/db/a", 201) { Send = "{}" },
            new("GET", path, 404, Missing),
            new("HEAD", path, 404, ""),
            new("GET", path + "?rev=1-a", 404, Missing),
            new("GET", path + "?rev=a", 400),
            new("GET", path + "?open_revs=all", 404, Missing),
            new("GET", path + "?open_revs=[\"1-a\"]", 200, """\[\{"missing":"1-a"\}\]""") { Headers = ["Accept: application/json"] },
            new("DELETE", path, 404, Missing),
            new("DELETE", path + "?rev=1-a", 404, Missing),
            new("PUT", path, 400, Illegal) { Send = "{}" },
            new("COPY", path, 404, Missing) { Headers = ["Destination: b"] },
            new("COPY", "/db/a", 400, Illegal) { Headers = ["Destination: " + id] },
            new("GET", path + "/x", 404, Missing),
            new("HEAD", path + "/x", 404, ""),
            new("DELETE", path + "/x", 404, Missing),
            new("DELETE", path + "/x?rev=1-a", 409, MissingRevision),
            new("PUT", path + "/x", 400, Illegal) { Send = "x" },
            new("PUT", path + "/x?rev=1-a", 409, MissingRevision) { Send = "x" },
        ];
        foreach (var scenario in scenarios)
        {
            // CouchDB does not take local documents' attachments at all.
            if (!id.StartsWith("_local", StringComparison.Ordinal) || !scenario.Target.Contains("/x", StringComparison.Ordinal))
            {
                await scenario.RunAsync(node);
            }
        }
    }

    [Fact]
    public async Task An_attachment()
    {
        const string Replaced = "%EF%BF%BD";
        await using var node = await TestNode.StartAsync();
        Scenario[] scenarios =
        [
            new("PUT", "/db", 201),

            // An attachment whose name is the replacement for what is no UTF-8.
            new("PUT", "/db/a/" + Replaced, 201) { Send = "x" },
            new("GET", "/db/a/" + Replaced, 200, "x"),
            new("GET", "/db/a/%ff", 404, NoAttachment),
            new("HEAD", "/db/a/%ff", 404, ""),
            new("GET", "/db/a/b/%ff", 404, NoAttachment),
            new("GET", "/db/none/%ff", 404, Missing),
            new("DELETE", "/db/a/%ff", 400, IllegalAttachment),
            new("DELETE", "/db/none/%ff", 400, IllegalAttachment),
            new("PUT", "/db/b/%ff", 400, IllegalAttachment) { Send = "x" },
            new("PUT", "/db/b/_%ff", 400, """.*"Attachment name '_\uFFFD' starts with prohibited character '_'"\}""") { Send = "x" },
        ];
        foreach (var scenario in scenarios)
        {
            await scenario.RunAsync(node);
        }
    }
}
