using System.Text;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Json;

public sealed class DocumentParserGoldenTests
{
    [Theory]
    [InlineData("document", 220)]
    [InlineData("bulk", 5)]
    [InlineData("conflicts", 1)]
    public void Documents_that_were_put_have_the_revisions_that_CouchDB_gave_them(string area, int atLeast)
    {
        var compared = 0;
        foreach (var scenario in GoldenScenario.Read(area))
        {
            foreach (var exchange in scenario.Exchanges())
            {
                if (exchange.Method is not ("PUT" or "POST") || exchange.Status is not (200 or 201) || exchange.Body is null
                    || exchange.Member("rev") is not { } expected || exchange.Path.Contains("_local", StringComparison.Ordinal)
                    || exchange.Path.Contains("new_edits", StringComparison.Ordinal) || exchange.Path.Count(c => c == '/') > 2)
                {
                    continue;
                }

                var document = DocumentParser.Parse(exchange.Body, DocumentLimits.Default);
                var parent = document.Revision ?? default;
                if (document.Attachments.Any(a => a.Stub || a.ContentType.StartsWith("text", StringComparison.Ordinal))
                    || RevisionId.Parse(expected).Generation != parent.Generation + 1
                    || document.Id?.StartsWith("_local/", StringComparison.Ordinal) == true)
                {
                    continue;
                }

                var attachments = document.Attachments.Select(a => new HashedAttachment(
                    a.Name, a.ContentType, System.Security.Cryptography.MD5.HashData(a.Data!.Value.Span)));
                var revision = RevisionHash.Compute(document.Deleted, parent, document.Term.Span, [.. attachments]);
                Assert.True(
                    expected == revision.ToString(), $"{scenario.Name} {exchange.Path} {Encoding.UTF8.GetString(exchange.Body)}");
                compared++;
            }
        }

        Assert.InRange(compared, atLeast, int.MaxValue);
    }

    [Theory]
    [InlineData("document", "put-bodies", 20)]
    [InlineData("document", "reserved-fields", 9)]
    [InlineData("document", "json-float-errors", 10)]
    [InlineData("attachments", "inline", 6)]
    public void What_CouchDB_refuses_is_refused_in_its_words(string area, string name, int expected)
    {
        var refused = 0;
        foreach (var exchange in GoldenScenario.Read(area).Single(s => s.Name == name).Exchanges())
        {
            if (exchange.Method == "PUT" && exchange.Status == 400)
            {
                var body = exchange.Body ?? [];
                var error = Assert.Throws<DocumentException>(() => DocumentParser.Parse(body, DocumentLimits.Default)).Error;
                Assert.Equal(new DocumentError(400, exchange.Member("error")!, exchange.Member("reason")!), error);
                refused++;
            }
        }

        Assert.Equal(expected, refused);
    }

    [Theory]
    [InlineData("json-integers", 38)]
    [InlineData("json-floats", 37)]
    [InlineData("json-lists", 19)]
    [InlineData("json-others", 19)]
    [InlineData("json-strings", 21)]
    public void Bodies_are_stored_as_CouchDB_prints_them(string name, int expected)
    {
        var bodies = new Dictionary<string, string>();
        var rows = "";
        foreach (var exchange in GoldenScenario.Read("document").Single(s => s.Name == name).Exchanges())
        {
            if (exchange.Method == "PUT")
            {
                var body = DocumentParser.Parse(exchange.Body, DocumentLimits.Default).Body;
                bodies.Add(exchange.Member("id")!, Encoding.UTF8.GetString(body.Span));
            }
            else
            {
                rows = exchange.Response.GetProperty("bodyText").GetString()!;
            }
        }

        Assert.Equal(expected, bodies.Count);
        foreach (var (id, body) in bodies)
        {
            var start = rows.IndexOf($"\"doc\":{{\"_id\":\"{id}\"", StringComparison.Ordinal);
            var end = rows.IndexOf("\r\n", start, StringComparison.Ordinal);
            Assert.EndsWith("," + body[1..], rows[start..end].TrimEnd(',')[..^1], StringComparison.Ordinal);
        }
    }
}
