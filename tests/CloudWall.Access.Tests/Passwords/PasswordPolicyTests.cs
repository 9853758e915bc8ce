using CloudWall.Access.Passwords;

namespace CloudWall.Access.Tests.Passwords;

public sealed class PasswordPolicyTests
{
    private const string Refusal = "Password does not conform to requirements.";

    [Theory]
    [InlineData("", "", null)]
    [InlineData("[]", "", null)]
    [InlineData("""[".{3,}"]""", "ab", Refusal)]
    [InlineData("""[".{3,}"]""", "abc", null)]
    [InlineData("""[{".{3,}"}]""", "ab", Refusal)]
    [InlineData("""[{".{3,}", ""}]""", "ab", Refusal)]
    [InlineData("""[{".{3,}", "Too short."}]""", "ab", Refusal + " Too short.")]
    [InlineData("""[{".{3,}", "Too short."}, "\\d+"]""", "abc", Refusal)]
    [InlineData("""[{".{3,}", "Too short."}, "\\d+"]""", "abc1", null)]
    [InlineData("""["^(?=.*\\d)(?=.*[a-z]).+$"]""", "1a", null)]
    public void A_password_must_match_every_expression(string setting, string password, string? reason)
    {
        Assert.True(PasswordPolicy.TryParse(setting, out var policy));
        var refusal = policy.Refuse(password);
        Assert.Equal(reason, refusal?.Reason);
        Assert.Equal(reason is null ? null : 400, refusal?.Status);
    }

    [Fact]
    public void A_password_that_an_expression_takes_for_ever_over_is_refused()
    {
        Assert.True(PasswordPolicy.TryParse("""["^(a+)+$"]""", out var policy));
        Assert.Equal(Refusal, policy.Refuse(new string('a', 40) + "!")?.Reason);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("{}")]
    [InlineData("[a]")]
    [InlineData("[{\"a\", b}]")]
    [InlineData("""["("]""")]
    public void What_is_no_list_of_expressions_is_no_policy(string setting) => Assert.False(PasswordPolicy.TryParse(setting, out _));
}
