using CloudWall.DesignDocuments.Views;
using CloudWall.Documents.Json;
using CloudWall.Scripting.JavaScript;

namespace CloudWall.DesignDocuments.Tests.Views;

public sealed class ViewGroupTests
{
    private const string Two = """{"views":{"a":{"map":"one","reduce":"_sum"},"b":{"map":"two"}}}""";

    [Theory]
    [InlineData("""{"views":{"b":{"map":"two"},"a":{"map":"one","reduce":"_sum"}}}""")]
    [InlineData("""{"language":"javascript","views":{"x":{"map":"one","reduce":"_sum"},"y":{"map":"two"}},"filters":{"f":"x"}}""")]
    [InlineData("""{"views":{"a":{"map":"one","reduce":"_sum"},"b":{"map":"two"},"again":{"map":"one"}}}""")]
    public void What_is_made_of_the_same_shares_an_index(string other) => Assert.Equal(Signature(Two), Signature(other));

    [Theory]
    [InlineData("""{"views":{"a":{"map":"one"},"b":{"map":"two"}}}""")]
    [InlineData("""{"views":{"a":{"map":"one","reduce":"_sum"},"b":{"map":"three"}}}""")]
    [InlineData("""{"views":{"a":{"map":"one","reduce":"_sum"},"b":{"map":"two"},"lib":{"x":"1"}}}""")]
    [InlineData("""{"views":{"a":{"map":"one","reduce":"_sum"},"b":{"map":"two","options":{"collation":"raw"}}}}""")]
    [InlineData("""{"language":"other","views":{"a":{"map":"one","reduce":"_sum"},"b":{"map":"two"}}}""")]
    [InlineData("""{"options":{"local_seq":true},"views":{"a":{"map":"one","reduce":"_sum"},"b":{"map":"two"}}}""")]
    public void What_is_made_of_something_else_does_not(string other) => Assert.NotEqual(Signature(Two), Signature(other));

    /// <summary>The engine runs them, whichever way its language is written.</summary>
    [Theory]
    [InlineData("""{"views":{"a":{"map":"m"}}}""", true)]
    [InlineData("""{"language":"JavaScript","views":{"a":{"map":"m"}}}""", true)]
    [InlineData("""{"language":"other","views":{"a":{"map":"m"}}}""", false)]
    public void Views_of_JavaScript_belong_to_the_engine(string design, bool isOfEngine) =>
        Assert.Equal(isOfEngine ? JavaScriptFactory.Line : "", Read(design).Definition.Engine);

    [Fact]
    public void Names_stand_for_a_map_function_and_one_of_its_reductions()
    {
        var group = Read("""{"views":{"a":{"map":"m","reduce":"_sum"},"b":{"map":"m","reduce":"_count"},"c":{"map":"m"}}}""");
        Assert.Equal(["m"], group.Maps.Functions);
        Assert.Equal(["_count", "_sum"], Assert.Single(group.Definition.Views).Reductions);
        Assert.Equal(((0, 1), (0, 0), (0, -1)), (group.Names["a"], group.Names["b"], group.Names["c"]));
    }

    /// <summary>With a look at each of the other reductions it would take minutes.</summary>
    [Fact]
    public void Many_reductions_of_a_map_function_are_read_in_one_pass()
    {
        const int Many = 200_000;
        var views = string.Join(',', Enumerable.Range(0, Many).Select(static i => $$"""
            "v{{i}}":{"map":"m","reduce":"r{{i:D9}}"}
            """));
        var group = Read("{\"views\":{" + views + "}}");
        Assert.Equal((0, Many - 1), group.Names[$"v{Many - 1}"]);
        Assert.Equal(1 + (10L * Many), group.Length);
    }

    private static string Signature(string design) => Read(design).Definition.Signature;

    private static ViewGroup Read(string design) => ViewGroup.Of("_design/d", NormalJson.Parse(design));
}
