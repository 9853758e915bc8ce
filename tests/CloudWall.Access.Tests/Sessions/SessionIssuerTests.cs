using CloudWall.Access.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Access.Tests.Sessions;

public sealed class SessionIssuerTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 17, 9, 5, 0, TimeSpan.Zero));

    private SessionOptions _options = new() { Secret = "secret" };

    [Fact]
    public void A_cookie_says_how_long_it_lasts_and_where_it_goes()
    {
        Assert.Matches(
            "^AuthSession=[A-Za-z0-9_-]+; Version=1; Expires=Fri, 17-Jan-2025 09:15:00 GMT; Max-Age=600; Path=/; HttpOnly; SameSite=Lax$",
            Issuer().Begin("ann", "salt", isSecure: false));
        Assert.Equal(
            "AuthSession=; Version=1; Expires=Fri, 17-Jan-2025 09:05:00 GMT; Max-Age=0; Path=/; HttpOnly; SameSite=Lax", Issuer().End(isSecure: false));
    }

    [Fact]
    public void The_settings_decide_about_its_attributes()
    {
        _options = _options with { ArePersistent = false, Domain = "example.com", SameSite = "" };
        Assert.Matches("^AuthSession=[A-Za-z0-9_-]+; Version=1; Secure; Domain=example.com; Path=/; HttpOnly$", Issuer().Begin("ann", "salt", isSecure: true));

        // Browsers drop cookies for all sites that are not secure.
        _options = _options with { Domain = "", SameSite = "None" };
        Assert.EndsWith("; Version=1; Secure; Path=/; HttpOnly; SameSite=None", Issuer().Begin("ann", "salt", isSecure: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_lasts_for_the_timeout_and_is_renewed_after_a_tenth_of_it()
    {
        var issuer = Issuer();
        var cookie = Cookie(issuer.Begin("ann", "salt", isSecure: false));
        Assert.True(issuer.IsValid(cookie, "salt", out var isFresh));
        Assert.True(isFresh);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(issuer.IsValid(cookie, "salt", out isFresh));
        Assert.True(isFresh);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(issuer.IsValid(cookie, "salt", out isFresh));
        Assert.False(isFresh);
        _time.Advance(TimeSpan.FromSeconds(538));
        Assert.True(issuer.IsValid(cookie, "salt", out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(issuer.IsValid(cookie, "salt", out _));
    }

    [Fact]
    public void A_new_password_or_secret_ends_it()
    {
        var issuer = Issuer();
        var cookie = Cookie(issuer.Begin("ann", "salt", isSecure: false));
        Assert.False(issuer.IsValid(cookie, "other", out _));
        _options = _options with { Secret = "other" };
        Assert.False(issuer.IsValid(cookie, "salt", out _));
    }

    [Fact]
    public void A_cookie_of_another_hash_is_accepted_while_the_settings_name_it()
    {
        var issuer = Issuer();
        var cookie = SessionCookie.TryParse(
            SessionCookie.Create("ann", _time.GetUtcNow().ToUnixTimeSeconds(), "secretsalt", SessionHash.Find("sha")!))!;
        Assert.True(issuer.IsValid(cookie, "salt", out _));
        _options = _options with { Hashes = [SessionHash.Find("sha256")!] };
        Assert.False(issuer.IsValid(cookie, "salt", out _));
    }

    private static SessionCookie Cookie(string header) => SessionCookie.TryParse(header["AuthSession=".Length..header.IndexOf(';', StringComparison.Ordinal)])!;

    private SessionIssuer Issuer() => new(() => _options, _time);
}
