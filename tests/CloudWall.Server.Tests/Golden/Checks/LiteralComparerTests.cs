namespace CloudWall.Server.Tests.Golden.Checks;

public sealed class LiteralComparerTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("1", "1")]
    [InlineData("""{"a":1,"b":[1,"x",null]}""", """{"b":[1,"x",null],"a":1}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":1,"a":2}""")]
    public void Equal_values_do_not_differ(string expected, string actual) => Assert.Empty(Compare(expected, actual));

    [Theory]
    [InlineData("1", "1.0", "/")]
    [InlineData("0.0", "-0.0", "/")]
    [InlineData("1e2", "100", "/")]
    [InlineData("12345678901234567890", "12345678901234567891", "/")]
    [InlineData("1", "\"1\"", "/")]
    [InlineData("true", "false", "/")]
    [InlineData("null", "false", "/")]
    [InlineData("\"a\"", "\"A\"", "/")]
    [InlineData("[]", "{}", "/")]
    [InlineData("[1,2]", "[2,1]", "/0")]
    [InlineData("[1]", "[1,2]", "/1")]
    [InlineData("[1,2]", "[1]", "/1")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"b":2}}""", "/a/b")]
    [InlineData("""{"a":1}""", """{}""", "/a")]
    [InlineData("""{}""", """{"x/y":1}""", "/x~1y")]
    [InlineData("""{"a":null}""", """{}""", "/a")]
    [InlineData("""{"a":1}""", """{"a":1,"a":1}""", "/")]
    public void Unequal_values_differ_where_they_are_unequal(string expected, string actual, string at) =>
        Assert.Equal(at, Compare(expected, actual)[0].At);

    [Theory]
    [InlineData("""{"$any":true}""", "null")]
    [InlineData("""{"$seq":12}""", "\"12\"")]
    [InlineData("""{"$seq":12}""", "\"12-g1AAA\"")]
    [InlineData("""{"$uuid":true}""", "\"" + Hash + "\"")]
    [InlineData("""{"$int":true}""", "-7")]
    [InlineData("""{"$num":true}""", "7.5e3")]
    [InlineData("""{"$str":true}""", "\"\"")]
    [InlineData("""{"$rev":2}""", "\"2-" + Hash + "\"")]
    [InlineData("""{"$rev":true}""", "\"31-" + Hash + "\"")]
    [InlineData("""{"$re":"^a.c$"}""", "\"a\\nc\"")]
    [InlineData("""{"$bookmark":true}""", "\"g1AA\"")]
    [InlineData("""{"$array":2}""", "[1,2]")]
    [InlineData("""{"$array":true}""", "[]")]
    [InlineData("""{"$object":true}""", "{}")]
    public void A_mask_accepts_its_kind(string mask, string actual) => Assert.Empty(Compare(mask, actual));

    [Theory]
    [InlineData("""{"$seq":12}""", "12")]
    [InlineData("""{"$seq":12}""", "\"123\"")]
    [InlineData("""{"$seq":12}""", "\"1-2\"")]
    [InlineData("""{"$uuid":true}""", "\"0123\"")]
    [InlineData("""{"$uuid":true}""", "\"0123456789ABCDEF0123456789ABCDEF\"")]
    [InlineData("""{"$int":true}""", "1.0")]
    [InlineData("""{"$int":true}""", "\"1\"")]
    [InlineData("""{"$num":true}""", "\"1\"")]
    [InlineData("""{"$str":true}""", "1")]
    [InlineData("""{"$rev":2}""", "\"1-" + Hash + "\"")]
    [InlineData("""{"$rev":2}""", "\"2-abc\"")]
    [InlineData("""{"$rev":true}""", "\"x-" + Hash + "\"")]
    [InlineData("""{"$rev":true}""", "\"" + Hash + "\"")]
    [InlineData("""{"$re":"^a$"}""", "\"ab\"")]
    [InlineData("""{"$bookmark":true}""", "\"nil\"")]
    [InlineData("""{"$bookmark":true}""", "\"\"")]
    [InlineData("""{"$bookmark":true}""", "null")]
    [InlineData("""{"$array":2}""", "[1]")]
    [InlineData("""{"$array":true}""", "{}")]
    [InlineData("""{"$object":true}""", "[]")]
    public void A_mask_refuses_another_kind(string mask, string actual) => Assert.Single(Compare(mask, actual));

    [Fact]
    public void A_masked_member_must_be_there() => Assert.Equal("/a", Assert.Single(Compare("""{"a":{"$any":true}}""", "{}")).At);

    [Fact]
    public void An_object_that_only_looks_like_a_mask_is_compared_as_an_object()
    {
        Assert.Single(Compare("""{"$unknown":true}""", "1"));
        Assert.Single(Compare("""{"$any":true,"b":1}""", "1"));
    }

    [Theory]
    [InlineData("/a", """{"a":1,"b":1}""", """{"b":1}""")]
    [InlineData("/a", """{"b":1}""", """{"a":[],"b":1}""")]
    [InlineData("/*/x", """[{"x":1},{"x":2}]""", """[{"x":3},{}]""")]
    [InlineData("/**", """{"a":{"b":[1]}}""", """{"a":7}""")]
    [InlineData("/a/**", """{"a":{"b":{"c":1}}}""", """{"a":{"b":{"c":2}}}""")]
    [InlineData("/*", "[1,2]", "[1]")]
    public void What_is_volatile_may_differ(string where, string expected, string actual) =>
        Assert.Empty(Compare(expected, actual, new ComparisonRules([where], [])));

    [Theory]
    [InlineData("/a", """{"a":1,"b":1}""", """{"a":2,"b":2}""")]
    [InlineData("/*", """{"a":{"b":1}}""", """[]""")]
    [InlineData("/*/x", """{"a":{"y":1}}""", """{"a":{"y":2}}""")]
    [InlineData("/x", """{"a":{"x":1}}""", """{"a":{"x":2}}""")]
    [InlineData("/a/**", """{"a":1}""", """{"a":2}""")]
    public void What_is_beside_the_volatile_may_not(string where, string expected, string actual) =>
        Assert.NotEmpty(Compare(expected, actual, new ComparisonRules([where], [])));

    [Fact]
    public void Unordered_arrays_are_bags()
    {
        var rules = new ComparisonRules([], ["/rows"]);

        Assert.Empty(Compare("""{"rows":[1,{"$seq":2},1]}""", """{"rows":["2-x",1,1]}""", rules));
        Assert.NotEmpty(Compare("""{"rows":[1,2,1]}""", """{"rows":[1,2,2]}""", rules));
        Assert.NotEmpty(Compare("""{"rows":[1]}""", """{"rows":[1,1]}""", rules));
        Assert.NotEmpty(Compare("""{"rows":[1,1]}""", """{"rows":[1]}""", rules));
        Assert.NotEmpty(Compare("""{"other":[1,2]}""", """{"other":[2,1]}""", rules));
    }

    [Fact]
    public void Order_counts_where_it_is_asked_for() =>
        Assert.Single(Compare("""{"a":1,"b":2}""", """{"b":2,"a":1}""", ComparisonRules.Strict with { Order = true }));

    [Fact]
    public void Loose_numbers_may_differ_by_rounding()
    {
        var rules = ComparisonRules.Strict with { LooseNumbers = true };

        Assert.Empty(Compare("0.3", "0.30000000000000004", rules));
        Assert.NotEmpty(Compare("0.3", "0.31", rules));
    }

    private static IReadOnlyList<Difference> Compare(string expected, string actual, ComparisonRules? rules = null) =>
        new LiteralComparer(rules ?? ComparisonRules.Strict).Compare(LiteralJson.Parse(expected), LiteralJson.Parse(actual));
}
