using CloudWall.Access.Terms;

namespace CloudWall.Access.Tests.Terms;

public sealed class ErlangTermsTests
{
    [Theory]
    [InlineData("[]", "[]")]
    [InlineData(" [ ] . ", "[]")]
    [InlineData("{}", "{}")]
    [InlineData("\"a\\\\d\\\"\\n\"", "<a\\d\"\n>")]
    [InlineData("""[{".{10,}", "Too short."}, "\\d+"]""", """[{<.{10,}>,<Too short.>},<\d+>]""")]
    [InlineData("[{chttpd_auth, cookie_authentication_handler}, 'x y']", "[{chttpd_auth,cookie_authentication_handler},x y]")]
    public void Reads_terms(string text, string expected) => Assert.Equal(expected, Show(ErlangTerms.TryRead(text)));

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[}")]
    [InlineData("[a")]
    [InlineData("[a,]")]
    [InlineData("[a b]")]
    [InlineData("[a] b")]
    [InlineData("\"a")]
    [InlineData("\"a\\")]
    [InlineData("5")]
    [InlineData("Variable")]
    [InlineData("[[[[[[[[[[[[]]]]]]]]]]]]")]
    public void Says_what_is_none(string text) => Assert.Null(ErlangTerms.TryRead(text));

    private static string? Show(object? term) => term switch
    {
        string text => "<" + text + ">",
        ErlangName name => name.Text,
        ErlangSequence sequence => (sequence.IsTuple ? "{" : "[") + string.Join(',', sequence.Items.Select(Show)) + (sequence.IsTuple ? "}" : "]"),
        _ => null,
    };
}
