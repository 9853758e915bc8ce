using CloudWall.Access.Tokens;

namespace CloudWall.Access.Tests.Tokens;

public sealed class TokenClaimsTests
{
    [Theory]
    [InlineData("exp", "exp", null)]
    [InlineData("exp,nbf", "exp nbf", null)]
    [InlineData(" exp , {iss, \"My Company, Ltd\"} ", "exp iss", "My Company, Ltd")]
    [InlineData("{iss,\"x\"}", "iss", "x")]
    [InlineData("alg", "alg", null)]
    public void A_list_is_read(string text, string names, string? issuer)
    {
        var claims = TokenClaims.TryParse(text)!;
        Assert.All(names.Split(' '), name => Assert.True(claims.Needs(name)));
        Assert.Equal(issuer, claims.Issuer);
    }

    [Theory]
    [InlineData("EXP")]
    [InlineData("exp nbf")]
    [InlineData("exp, exp")]
    [InlineData("iss")]
    [InlineData("{exp, \"x\"}")]
    [InlineData("{iss, x}")]
    [InlineData("aud")]
    [InlineData("exp,,nbf")]
    public void What_means_nothing_is_refused(string text) => Assert.Null(TokenClaims.TryParse(text));
}
