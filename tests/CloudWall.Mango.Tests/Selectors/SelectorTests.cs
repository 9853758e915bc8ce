using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Tests.Selectors;

public sealed class SelectorTests
{
    [Theory]
    [InlineData("""{}""", """{}""")]
    [InlineData("""{"a":1}""", """{"a":{"$eq":1}}""")]
    [InlineData("""{"a":{}}""", """{"a":{"$eq":{}}}""")]
    [InlineData("""{"a":1,"b":[2]}""", """{"$and":[{"a":{"$eq":1}},{"b":{"$eq":[2]}}]}""")]
    [InlineData("""{"a":{"b":{"c":1}},"d.e":2}""", """{"$and":[{"a.b.c":{"$eq":1}},{"d.e":{"$eq":2}}]}""")]
    [InlineData("""{"a":{"$gt":1,"$lt":5}}""", """{"$and":[{"a":{"$gt":1}},{"a":{"$lt":5}}]}""")]
    [InlineData("""{"$not":{"a":{"$gt":1}}}""", """{"a":{"$lte":1}}""")]
    [InlineData("""{"a":{"$not":{"$size":1}}}""", """{"a":{"$not":{"$size":1}}}""")]
    [InlineData("""{"$nor":[{"a":1},{"b":{"$in":[2]}}]}""", """{"$and":[{"a":{"$ne":1}},{"b":{"$nin":[2]}}]}""")]
    [InlineData("""{"$not":{"$or":[{"a":1},{"$not":{"b":2}}]}}""", """{"$and":[{"a":{"$ne":1}},{"b":{"$eq":2}}]}""")]
    [InlineData("""{"a":{"$exists":true}}""", """{"a":{"$exists":true}}""")]
    [InlineData("""{"$not":{"a":{"$exists":true}}}""", """{"a":{"$exists":false}}""")]
    [InlineData("""{"a":{"$elemMatch":{"$gt":1,"$lt":3}}}""", """{"a":{"$elemMatch":{"$and":[{"":{"$gt":1}},{"":{"$lt":3}}]}}}""")]
    [InlineData("""{"$text":"x"}""", """{"$default":{"$text":"x"}}""")]
    [InlineData("""{"$default":{"$text":"x"}}""", """{"$default":{"$text":"x"}}""")]
    [InlineData("""{"$and":[5]}""", """{"$and":[{"":{"$eq":5}}]}""")]
    public void A_selector_is_normalised_as_CouchDB_does(string given, string normal)
    {
        var json = Write(Selector.Parse(NormalJson.Parse(given)));
        Assert.Equal(normal, json);
        Assert.Equal(normal, Write(Selector.Parse(NormalJson.Parse(json))));
    }

    [Theory]
    [InlineData("5", "invalid_selector_json", "Selector must be a JSON object, not: 5")]
    [InlineData("\"x\"", "invalid_selector_json", "Selector must be a JSON object, not: <<120>>")]
    [InlineData("""{"":1}""", "invalid_selector", "One or more conditions is missing a field name.")]
    [InlineData("""{"$bad":1}""", "invalid_operator", "Invalid operator: $bad")]
    [InlineData("""{"a":{"$regex":5}}""", "invalid_operator", "Invalid operator: $regex")]
    [InlineData("""{"a":{"$beginsWith":5}}""", "invalid_operator", "Invalid operator: $beginsWith")]
    [InlineData("""{"a":{"$regex":"["}}""", "bad_arg", "Bad argument for operator $regex: <<91>>")]
    [InlineData("""{"$and":5}""", "bad_arg", "Bad argument for operator $and: 5")]
    [InlineData("""{"$or":{}}""", "bad_arg", "Bad argument for operator $or: {[]}")]
    [InlineData("""{"$not":[{"a":[1,{"b":null}],"c":"x"},1.5]}""", "bad_arg", "Bad argument for operator $not: [{[{<<97>>,[1,{[{<<98>>,null}]}]},{<<99>>,<<120>>}]},1.5]")]
    [InlineData("""{"a":{"$mod":[2]}}""", "bad_arg", "Bad argument for operator $mod: [2]")]
    [InlineData("""{"a":{"$mod":[2,0.5]}}""", "bad_arg", "Bad argument for operator $mod: [2,0.5]")]
    [InlineData("""{"a":{"$size":-1}}""", "bad_arg", "Bad argument for operator $size: -1")]
    [InlineData("""{"a":{"$size":1.5}}""", "bad_arg", "Bad argument for operator $size: 1.5")]
    [InlineData("""{"a":{"$in":5}}""", "bad_arg", "Bad argument for operator $in: 5")]
    [InlineData("""{"a":{"$exists":1}}""", "bad_arg", "Bad argument for operator $exists: 1")]
    [InlineData("""{"a":{"$type":5}}""", "bad_arg", "Bad argument for operator $type: 5")]
    [InlineData("""{"a":{"$allMatch":[]}}""", "bad_arg", "Bad argument for operator $allMatch: []")]
    [InlineData("""{"$where":1}""", "not_supported", "Unsupported operator: $where")]
    [InlineData("""{"a..b":1}""", "invalid_field_name", "Invalid field name: a..b")]
    [InlineData("""{"a":{"$text":"x"}}""", "bad_field", "Invalid field normalization on selector: {[{<<36,100,101,102,97,117,108,116>>,{[{<<36,116,101,120,116>>,<<120>>}]}}]}")]
    [InlineData("""{"$not":{"$text":"x"}}""", "bad_arg", "Bad argument for operator $not: {[{<<36,100,101,102,97,117,108,116>>,{[{<<36,116,101,120,116>>,<<120>>}]}}]}")]
    public void A_bad_selector_is_refused_in_CouchDBs_words(string selector, string error, string reason)
    {
        var refused = Assert.Throws<DocumentException>(() => Selector.Parse(NormalJson.Parse(selector))).Error;
        Assert.Equal((400, error, reason), (refused.Status, refused.Error, refused.Reason));
    }

    private static string Write(Selector selector)
    {
        using var json = new JsonBuffer();
        selector.Write(json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
