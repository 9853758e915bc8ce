using CloudWall.Access.Proxies;
using CloudWall.Access.Sessions;

namespace CloudWall.Access.Tests.Proxies;

public sealed class ProxyAuthenticationTests
{
    // printf bob | openssl dgst -sha256 -hmac secret, then -sha1 and -sha512.
    private const string Sha256 = "9c90819f883772660da011f41042fabea4a174e2873386b30949f106dbac797e";
    private const string Sha1 = "dcd244bed8f9dffffa806d4c9523d744d236df13";
    private const string Sha512 =
        "55a261a932bd25ca73c77bff799b4d09bac899192be17ee2a8575aaacb959d1bbe1148a23cfe0936ceb2bf5b8ec66d8c64444b11581a7b02eb1ab6fa9d727c33";

    private static readonly ProxyOptions Proven = new()
    {
        NeedsToken = true,
        Secret = "secret",
        Hashes = [SessionHash.Find("sha256")!, SessionHash.Find("sha")!],
    };

    [Fact]
    public void The_headers_say_who_the_user_is()
    {
        var principal = ProxyAuthentication.Identify(new ProxyOptions(), new ProxyHeaders("bob", "a, b,,c", ""))!;
        Assert.Equal(("bob", "proxy", "a b c"), (principal.Name, principal.Handler, string.Join(' ', principal.Context.Roles)));
        Assert.Null(ProxyAuthentication.Identify(new ProxyOptions(), new ProxyHeaders("", "_admin", "")));
    }

    [Theory]
    [InlineData("bob", Sha256, true)]
    [InlineData("bob", Sha1, true)]
    [InlineData("bob", Sha512, false)]
    [InlineData("bot", Sha256, false)]
    [InlineData("bob", "", false)]
    public void Where_a_proof_is_wanted_nothing_else_counts(string name, string token, bool isTaken) =>
        Assert.Equal(isTaken, ProxyAuthentication.Identify(Proven, new ProxyHeaders(name, "_admin", token)) is not null);

    [Fact]
    public void Without_a_secret_nothing_is_proven() =>
        Assert.Null(ProxyAuthentication.Identify(Proven with { Secret = "" }, new ProxyHeaders("bob", "", Sha256)));
}
