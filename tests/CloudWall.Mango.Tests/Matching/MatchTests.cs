using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Selectors;
using CsCheck;

namespace CloudWall.Mango.Tests.Matching;

public sealed class MatchTests
{
    [Fact]
    public void A_selector_decides_as_the_reference_does() => Gen.Select(Samples.Selector, Samples.Document).Sample(
        (text, document) =>
        {
            var selector = Selector.Parse(NormalJson.Parse(text));
            var normal = NormalJson.Parse(document).Utf8.Span;

            var expected = ReferenceMatcher.Matches(Print(selector), Encoding.UTF8.GetString(normal));

            Assert.Equal(expected, selector.Matches(normal));
            if (!selector.NeedsWholeDocument)
            {
                var id = NormalJson.FromStored(normal.ToArray()).Member("_id"u8)!.Value.Utf8.Span;
                var body = normal[(normal.IndexOf(id) + id.Length)..];
                Assert.Equal(expected, selector.MatchesBody(id, body[0] == ',' ? [(byte)'{', .. body[1..]] : "{}"u8));
            }
        },
        iter: 40_000);

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1.0}""", true)]
    [InlineData("""{"a":{"$all":[1]}}""", """{"a":[1.0]}""", false)]
    [InlineData("""{"a":{"$all":[[1,2]]}}""", """{"a":[1.0,2]}""", true)]
    [InlineData("""{"a":{"$elemMatch":{"$nor":[{"$eq":2}]}}}""", """{"a":[1]}""", false)]
    [InlineData("""{"a":{"$elemMatch":{"$or":[{"$eq":1},{"$nor":[]}]}}}""", """{"a":[1]}""", true)]
    [InlineData("""{"a":{"$allMatch":{"x..y":1}}}""", """{"a":[{"x":1}]}""", false)]
    [InlineData("""{"a":{"$mod":[0,1]}}""", """{"a":3}""", false)]
    [InlineData("""{"a":{"$mod":[2,-1]}}""", """{"a":-3}""", true)]
    [InlineData("""{"a":{"$mod":[100000000000000000000000,1]}}""", """{"a":100000000000000000000001}""", true)]
    [InlineData("""{"a":{"$beginsWith":"e"}}""", """{"a":"e\u0301"}""", false)]
    [InlineData("""{"a":{"$beginsWith":"e\u0301"}}""", """{"a":"e\u0301x"}""", true)]
    [InlineData("""{"a":{"$beginsWith":"\r"}}""", """{"a":"\r\n"}""", false)]
    [InlineData("""{"a":{"$beginsWith":"\n"}}""", """{"a":"\nx"}""", true)]
    [InlineData("""{"a.b":{"$exists":false}}""", """{"a":{}}""", true)]
    [InlineData("""{"a.b":{"$exists":false}}""", """{"a":1}""", false)]
    [InlineData("""{"a.b":{"$exists":false}}""", """{"a":[]}""", false)]
    [InlineData("""{"a.+1":2}""", """{"a":[1,2]}""", true)]
    [InlineData("""{"a.01":2}""", """{"a":[1,2]}""", true)]
    [InlineData("""{"a\\.b":2}""", """{"a.b":2}""", true)]
    [InlineData("""{"a\"b":2}""", """{"a\"b":2}""", true)]
    [InlineData("""{"$and":[{"$type":"object"}]}""", """{"a":2}""", true)]
    [InlineData("""{"_id":{"$gt":"B"}}""", """{"_id":"a"}""", true)]
    [InlineData("""{"x":{"$gt":"B"}}""", """{"x":"a"}""", false)]
    [InlineData("""{"a":{"$regex":"^..$"}}""", """{"a":"é"}""", true)]
    [InlineData("""{"a":{"$size":100000000000000000000}}""", """{"a":[]}""", false)]
    [InlineData("""{"a":{"$type":"bogus"}}""", """{"a":[]}""", false)]
    public void Peculiarities_are_CouchDBs(string selector, string document, bool matches) =>
        Assert.Equal(matches, Selector.Parse(NormalJson.Parse(selector)).Matches(NormalJson.Parse(document).Utf8.Span));

    [Fact]
    public void A_thousand_levels_are_decided_about()
    {
        foreach (var (open, close) in new[] { ("{\"$and\":[", "]}"), ("{\"$or\":[{\"x\":1},", "]}"), ("{\"$not\":", "}"), ("{\"a\":", "}"), ("{\"a\":{\"$elemMatch\":", "}}") })
        {
            var levels = open.Contains("elem", StringComparison.Ordinal) ? 500 : 1000;
            var text = string.Concat(Enumerable.Repeat(open, levels)) + "{\"b\":1}" + string.Concat(Enumerable.Repeat(close, levels));
            var selector = Selector.Parse(NormalJson.Parse(text));
            var deep = string.Concat(Enumerable.Repeat("{\"a\":[", levels)) + "{\"b\":1}" + string.Concat(Enumerable.Repeat("]}", levels));
            selector.Matches("{\"b\":1}"u8);
            Assert.Equal(open.Contains("elem", StringComparison.Ordinal), selector.Matches(Encoding.UTF8.GetBytes(deep)));
        }
    }

    [Fact]
    public void A_selector_that_is_too_deep_is_refused()
    {
        var text = string.Concat(Enumerable.Repeat("{\"$and\":[", 5000)) + "{}" + string.Concat(Enumerable.Repeat("]}", 5000));
        Assert.Equal("invalid_selector", Assert.Throws<DocumentException>(() => Selector.Parse(NormalJson.Parse(text))).Error.Error);
    }

    [Fact]
    public void A_hundred_thousand_members_are_looked_up_in_one_pass()
    {
        var members = string.Join(',', Enumerable.Range(0, 100_000).Select(static i => $"\"f{i}\":{i}"));
        var selector = Selector.Parse(NormalJson.Parse($"{{{members}}}"));
        var document = Encoding.UTF8.GetBytes($"{{{members}}}");
        Assert.True(selector.Matches(document));
        Assert.False(selector.Matches("{\"f0\":0,\"f1\":2}"u8));
    }

    [Fact]
    public void Names_that_grow_with_each_level_are_bounded()
    {
        var name = new string('x', 1 << 20);
        var members = string.Join(',', Enumerable.Range(0, 1000).Select(static i => $"\"f{i}\":{i}"));
        Assert.Equal(413, Assert.Throws<DocumentException>(() => Selector.Parse(NormalJson.Parse($"{{\"{name}\":{{{members}}}}}"))).Error.Status);
    }

    private static string Print(Selector selector)
    {
        using var json = new JsonBuffer();
        selector.Write(json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
