using System.Text;
using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.Tests.JavaScript;

/// <summary>
/// Whatever a stranger stores as a function, to look into it takes time with its length, or it is not looked into: nobody can end that. Each
/// of these would take hours if it took time with the square.
/// </summary>
public sealed class SourceSizeTests
{
    private const int Many = 400_000;

    private static readonly Dictionary<string, Func<string>> Texts = new()
    {
        ["parameters"] = static () => $"function ({Names(",")}) {{ return a0.b; }}",
        ["members"] = static () => $"function (a) {{ a.{Names(";a.")} }}",
        ["assignments in blocks"] = static () => $"function (a) {{ {Times("{")}{Times("x=1;")}{Times("}")} }}",
        ["lists"] = static () => $"function (a) {{ f([1]{Times(",[1]")}); x = a.b; }}",
        ["brackets"] = static () => $"function (a) {{ {Times("(a.b")}{Times(")")}; x = 1; }}",
        ["patterns"] = static () => $"function (a) {{ var [{Times("[")}{Names(",")}{Times("]")}] = a.b; }}",
    };

    public static TheoryData<string> Kinds => [.. Texts.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Long_functions_count_as_those_that_may_do_anything(string kind)
    {
        var text = Texts[kind]();
        Assert.Equal(SourceTraits.Unknown, SourceText.Describe(text));
        Assert.Null(SourceArguments.Read(text));
        Assert.Equal([SourceTraits.Unknown], SourceText.Describe([text]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_read_is_read_in_one_pass(string kind) =>
        Assert.True(SourceArguments.Read(Texts[kind](), int.MaxValue) is null or { Seen.Count: 1 });

    [Fact]
    public void Several_functions_are_not_read_beyond_what_all_may_have()
    {
        const string Function = "function (doc) { emit(doc.a); }";
        Assert.All(SourceText.Describe([Function, Function], 2 * Function.Length), static traits => Assert.False(traits.MayKeepState));
        Assert.All(SourceText.Describe([Function, Function], (2 * Function.Length) - 1), static traits => Assert.Equal(SourceTraits.Unknown, traits));
    }

    [Fact]
    public void Long_functions_still_run()
    {
        var text = "function (doc) { /*" + new string('x', SourceText.MostRead) + "*/ emit(doc._id, doc.n); }";
        Assert.Equal(["0.0 \"a\":1", "1.0 \"b\":2"], new Scripts().Map(text, """{"_id":"a","n":1}""", """{"_id":"b","n":2}"""));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(Many / 4)]
    public void Each_member_of_a_document_is_looked_up_once(int names)
    {
        var members = SeenMembers.Of(Enumerable.Range(0, names).Select(static i => "n" + i));
        var json = new StringBuilder("{\"x\":0");
        for (var i = names; i < Many / 4; i++)
        {
            json.Append(",\"n").Append(i).Append("\":").Append(i);
        }

        json.Append(",\"n1\":1,\"\\u006e0\":{},\"" + new string('n', 1000) + "\":2,\"n0\":3}");
        using var command = new Command("x"u8);
        members.Write(command, Encoding.UTF8.GetBytes(json.ToString()));
        Assert.Equal("""["x"{"n1":1,"\u006e0":{},"n0":3}""", Encoding.UTF8.GetString(command.Written));
    }

    private static string Times(string text) => string.Concat(Enumerable.Repeat(text, Many));

    private static string Names(string between) => string.Join(between, Enumerable.Range(0, Many).Select(static i => "a" + i));
}
