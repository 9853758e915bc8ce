using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Fields;

namespace CloudWall.Mango.Tests.Fields;

public sealed class ProjectionTests
{
    private const string Document = """{"_id":"x","a":{"b":1,"c":[5,{"d":6}]},"e.f":7,"g":[8,9]}""";

    [Theory]
    [InlineData("""["_id"]""", """{"_id":"x"}""")]
    [InlineData("""["missing"]""", """{}""")]
    [InlineData("""["g","_id"]""", """{"g":[8,9],"_id":"x"}""")]
    [InlineData("""["a.b","_id","a.c"]""", """{"a":{"b":1,"c":[5,{"d":6}]},"_id":"x"}""")]
    [InlineData("""["a.x","_id","a.b"]""", """{"_id":"x","a":{"b":1}}""")]
    [InlineData("""["a.c.1.d","g.0"]""", """{"a":{"c":{"1":{"d":6}}},"g":{"0":8}}""")]
    [InlineData("""["e\\.f"]""", """{"e.f":7}""")]
    [InlineData("""["a.b","a"]""", """{"a":{"b":1,"c":[5,{"d":6}]}}""")]
    [InlineData("""["a","a.b"]""", """{"a":{"b":1,"c":[5,{"d":6}]}}""")]
    [InlineData("""["_id","_id"]""", """{"_id":"x"}""")]
    public void Fields_are_shown_in_the_order_in_which_they_are_named(string fields, string shown)
    {
        using var json = new JsonBuffer();
        Projection.Parse(NormalJson.Parse(fields))!.Write(json, Encoding.UTF8.GetBytes(Document));
        Assert.Equal(shown, Encoding.UTF8.GetString(json.WrittenSpan));
    }

    [Theory]
    [InlineData("5", "invalid_fields", "Fields must be an array of strings, not: 5")]
    [InlineData("[5]", "invalid_field", "Invalid JSON for field spec: 5")]
    [InlineData("[\"\"]", "invalid_field_name", "Invalid field name: ")]
    public void Other_fields_are_refused(string fields, string error, string reason)
    {
        var refused = Assert.Throws<DocumentException>(() => Projection.Parse(NormalJson.Parse(fields))).Error;
        Assert.Equal((error, reason), (refused.Error, refused.Reason));
    }

    [Fact]
    public void No_fields_stand_for_all() => Assert.Null(Projection.Parse(NormalJson.Parse("[]")));
}
