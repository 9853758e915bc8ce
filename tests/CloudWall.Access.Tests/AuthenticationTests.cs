using System.Text;
using CloudWall.Documents;

namespace CloudWall.Access.Tests;

public sealed class AuthenticationTests
{
    [Fact]
    public async Task An_admin_is_known_by_name_and_password()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var who = await users.AskAsync(UsersUnderTest.Basic("admin:pass:word"));
        Assert.Equal(("admin", true, "default"), (who.Name, who.IsAdmin, who.Handler));
        Assert.Equal("""{"db":"db","name":"admin","roles":["_admin"]}""", Encoding.UTF8.GetString(who.Context.In("db")));
    }

    [Fact]
    public async Task A_user_is_known_by_the_document_in_the_database_of_users()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = (await users.PutUserAsync("änn", "secret", default, "crew")).Revision;
        var who = await users.AskAsync(UsersUnderTest.Basic("änn:secret"));
        Assert.Equal(("änn", false), (who.Name, who.IsAdmin));
        Assert.Equal(["crew"], who.Context.Roles);

        revision = (await users.PutUserAsync("änn", "changed", revision, "crew", "boss")).Revision;
        await AssertWrongAsync(users, "änn:secret");
        Assert.Equal(["crew", "boss"], (await users.AskAsync(UsersUnderTest.Basic("änn:changed"))).Context.Roles);

        await users.PutAsync("org.couchdb.user:änn", """{"_deleted":true}""", revision);
        await AssertWrongAsync(users, "änn:changed");
    }

    [Fact]
    public async Task A_document_gives_an_admin_roles_and_takes_none_away()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var before = await users.AskAsync(UsersUnderTest.Basic("admin:pass:word"));
        var cookie = Cookie(users, "admin");
        await users.PutUserAsync("admin", "other", default, "crew");
        var later = await users.AskAsync(UsersUnderTest.Basic("admin:pass:word"));
        foreach (var who in (Principal[])[later, await users.AskAsync(string.Empty, cookie), users.Authentication.Refresh(before)])
        {
            Assert.True(who.IsAdmin);
            Assert.Equal(["_admin", "crew"], who.Context.Roles);
        }

        await AssertWrongAsync(users, "admin:other");
    }

    [Theory]
    [InlineData("""{"_rev":"1-0123456789abcdef0123456789abcdef","name":"admin","type":"user","roles":["crew"]}""")]
    [InlineData("""{"_rev":"1-0123456789abcdef0123456789abcdef","name":"admin","type":"user","roles":["crew"],"totp":{"key":"JBSWY3DP"}}""")]
    public async Task No_replicated_document_locks_an_admin_out(string replicated)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await users.PutUserAsync("admin", "other", default, "crew");
        Assert.Null((await users.PutAsync("org.couchdb.user:admin", replicated, mode: Documents.Databases.WriteMode.Replicated)).Error);
        var who = await users.AskAsync(UsersUnderTest.Basic("admin:pass:word"));
        Assert.Equal(["_admin", "crew"], who.Context.Roles);
    }

    [Fact]
    public async Task A_password_is_hashed_once()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await users.PutUserAsync("ann", "secret");
        for (var i = 0; i < 10; i++)
        {
            await users.AskAsync(UsersUnderTest.Basic("ann:secret"));
            await users.AskAsync(UsersUnderTest.Basic("admin:pass:word"));
        }

        Assert.Equal((2, 18), (users.Passwords.Hashed, users.Passwords.Remembered));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer x")]
    [InlineData("Basic Xzpf")] // "_:_": how browsers are made to forget credentials
    [InlineData("Basic YWRtaW4=")] // no colon
    public async Task Nobody_in_particular_is_asked_for_no_password(string header)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var who = await users.AskAsync(header);
        Assert.Same(Principal.Anonymous, who);
        Assert.Equal("""{"db":"db","name":null,"roles":[]}""", Encoding.UTF8.GetString(who.Context.In("db")));
    }

    [Theory]
    [InlineData("admin:pass")]
    [InlineData("nobody:pass:word")]
    [InlineData(":")]
    public async Task A_wrong_name_or_password_is_refused_and_costs_a_hash(string credentials)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await AssertWrongAsync(users, credentials);
        Assert.Equal(1, users.Passwords.Hashed);
        Assert.DoesNotContain("pass", Assert.Single(users.Log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"password_scheme\":\"pbkdf2\",\"iterations\":99999999999,\"derived_key\":\"00\",\"salt\":\"s\"")]
    [InlineData("\"password_scheme\":\"bcrypt\",\"derived_key\":\"$2b$15$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234\"")]
    public async Task A_hash_that_is_not_verified_is_refused_no_sooner_than_a_wrong_password(string hash)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await users.PutAsync("org.couchdb.user:ann", $$"""{"name":"ann","type":"user","roles":[],{{hash}}}""");
        var refusal = await Assert.ThrowsAsync<DocumentException>(() => users.AskAsync(UsersUnderTest.Basic("ann:secret")));
        Assert.Equal(403, refusal.Error.Status);
        Assert.Equal(1, users.Passwords.Hashed);
    }

    [Fact]
    public async Task Who_fails_again_and_again_is_locked_out_at_that_address()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await users.PutUserAsync("ann", "secret");
        for (var i = 0; i < 5; i++)
        {
            await AssertWrongAsync(users, "ann:wrong");
        }

        var refusal = await Assert.ThrowsAsync<DocumentException>(() => users.AskAsync(UsersUnderTest.Basic("ann:secret")));
        Assert.Equal((403, "Account is temporarily locked due to multiple authentication failures"), (refusal.Error.Status, refusal.Error.Reason));
        Assert.Equal("ann", (await users.AskAsync(UsersUnderTest.Basic("ann:secret"), address: "10.0.0.2")).Name);
        Assert.Equal("admin", (await users.AskAsync(UsersUnderTest.Basic("admin:pass:word"))).Name);
        users.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("ann", (await users.AskAsync(UsersUnderTest.Basic("ann:secret"))).Name);
    }

    [Fact]
    public async Task A_header_that_cannot_be_read_is_refused_unless_anyone_is_welcome()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var refusal = await Assert.ThrowsAsync<DocumentException>(() => users.AskAsync("Basic !"));
        Assert.Equal(400, refusal.Error.Status);
        Assert.Same(Principal.Anonymous, await users.AskAsync("Basic !", isGreeting: true));
    }

    [Fact]
    public async Task A_cookie_stands_for_its_user_and_outweighs_a_wrong_password()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = (await users.PutUserAsync("ann", "secret")).Revision;
        var cookie = "a=b; " + Cookie(users, "ann");
        var who = await users.AskAsync(UsersUnderTest.Basic("ann:wrong"), cookie);
        Assert.Equal(("ann", "cookie", null), (who.Name, who.Handler, who.RenewalSalt));

        users.Time.Advance(TimeSpan.FromSeconds(100));
        who = await users.AskAsync(string.Empty, cookie);
        Assert.Equal(("ann", users.Accounts.Find("ann")!.Salt), (who.Name, who.RenewalSalt));
        await users.PutUserAsync("ann", "changed", revision);
        Assert.Same(Principal.Anonymous, await users.AskAsync(string.Empty, cookie));
    }

    [Theory]
    [InlineData("AuthSession=")]
    [InlineData("Other=1")]
    [InlineData("NoAuthSession=x")]
    [InlineData("AuthSession=bm9ib2R5OjE6eA")] // nobody:1:x
    public async Task A_cookie_of_nobody_counts_for_nothing(string cookie)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        Assert.Same(Principal.Anonymous, await users.AskAsync(string.Empty, cookie));
    }

    [Fact]
    public async Task A_cookie_that_cannot_be_read_is_refused()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var refusal = await Assert.ThrowsAsync<DocumentException>(() => users.AskAsync(string.Empty, "AuthSession=garbage"));
        Assert.Equal((400, "Malformed AuthSession cookie. Please clear your cookies."), (refusal.Error.Status, refusal.Error.Reason));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(2000, false)]
    public async Task Nothing_long_that_users_store_is_kept(int length, bool isKept)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var salt = new string('s', length);
        var body = $$"""{"name":"ann","type":"user","roles":[],"password":"secret","preserve_salt":true,"salt":"{{salt}}"}""";
        Assert.Null((await users.PutAsync("org.couchdb.user:ann", body)).Error);
        Assert.Equal(isKept, ReferenceEquals(users.Accounts.Find("ann"), users.Accounts.Find("ann")));
        Assert.Equal("ann", (await users.AskAsync(UsersUnderTest.Basic("ann:secret"))).Name);
        Assert.Equal("ann", (await users.AskAsync(UsersUnderTest.Basic("ann:secret"))).Name);
        Assert.Equal(isKept ? 1 : 0, users.Passwords.Remembered);
    }

    [Fact]
    public async Task A_document_in_conflict_signs_nobody_in()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await users.PutUserAsync("ann", "secret");
        const string Other = """{"_rev":"1-0123456789abcdef0123456789abcdef","name":"ann","type":"user","roles":[]}""";
        Assert.Null((await users.PutAsync("org.couchdb.user:ann", Other, mode: Documents.Databases.WriteMode.Replicated)).Error);
        var refusal = await Assert.ThrowsAsync<DocumentException>(() => users.AskAsync(UsersUnderTest.Basic("ann:secret")));
        Assert.Equal(401, refusal.Error.Status);
        Assert.StartsWith("User document conflicts", refusal.Error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_factor_that_cannot_be_checked_keeps_its_user_out()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await users.PutAsync(
            "org.couchdb.user:ann", """{"name":"ann","type":"user","roles":[],"password":"secret","totp":{"key":"JBSWY3DPEHPK3PXP"}}""");
        await AssertWrongAsync(users, "ann:secret");
    }

    [Fact]
    public async Task A_long_request_goes_on_with_the_roles_of_now()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = (await users.PutUserAsync("ann", "secret", default, "crew")).Revision;
        var who = await users.AskAsync(UsersUnderTest.Basic("ann:secret"));
        revision = (await PutRolesAsync(users, revision, [])).Revision;
        Assert.Empty(users.Authentication.Refresh(who).Context.Roles);
        await users.PutAsync("org.couchdb.user:ann", """{"_deleted":true}""", revision);
        Assert.Equal(401, Assert.Throws<DocumentException>(() => users.Authentication.Refresh(who)).Error.Status);
        Assert.Same(Principal.Anonymous, users.Authentication.Refresh(Principal.Anonymous));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_request_ends_with_the_password_that_it_was_made_with(bool byCookie)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = (await users.PutUserAsync("ann", "secret")).Revision;
        var who = byCookie ? await users.AskAsync(string.Empty, Cookie(users, "ann")) : await users.AskAsync(UsersUnderTest.Basic("ann:secret"));
        users.Time.Advance(TimeSpan.FromSeconds(100));
        var renewed = byCookie ? await users.AskAsync(string.Empty, Cookie(users, "ann")) : who;
        revision = (await PutRolesAsync(users, revision, ["crew"])).Revision;
        Assert.Equal(["crew"], users.Authentication.Refresh(who).Context.Roles);
        await users.PutUserAsync("ann", "changed", revision, "crew");
        foreach (var principal in (Principal[])[who, renewed])
        {
            Assert.Equal(401, Assert.Throws<DocumentException>(() => users.Authentication.Refresh(principal)).Error.Status);
        }
    }

    [Theory]
    [InlineData(Audience.Admins, false, false)]
    [InlineData(Audience.Metrics, false, true)]
    [InlineData(Audience.Users, true, true)]
    [InlineData(Audience.Anyone, true, true)]
    public void Routes_are_for_some(Audience audience, bool forUser, bool forMetrics)
    {
        new Principal(new UserContext("admin", ["_admin"]), "default").Require(audience);
        AssertAdmitted(forUser, new UserContext("ann", ["crew"]), audience);
        AssertAdmitted(forMetrics, new UserContext("probe", ["_metrics"]), audience);
        AssertAdmitted(audience == Audience.Anyone, new UserContext(null, []), audience);
    }

    private static void AssertAdmitted(bool expected, UserContext user, Audience audience)
    {
        var refusal = Record.Exception(() => new Principal(user, "default").Require(audience));
        Assert.Equal(expected, refusal is null);
        Assert.True(refusal is null or DocumentException { Error.Status: 401 });
    }

    private static async Task AssertWrongAsync(UsersUnderTest users, string credentials)
    {
        var refusal = await Assert.ThrowsAsync<DocumentException>(() => users.AskAsync(UsersUnderTest.Basic(credentials)));
        Assert.Equal((401, "Name or password is incorrect."), (refusal.Error.Status, refusal.Error.Reason));
    }

    /// <summary>Writes the user ann with other roles and the same hash.</summary>
    private static Task<Documents.Databases.WriteOutcome> PutRolesAsync(UsersUnderTest users, Documents.Revisions.RevisionId revision, string[] roles)
    {
        var body = System.Text.Json.Nodes.JsonNode.Parse(users.Read("org.couchdb.user:ann"))!;
        body["roles"] = new System.Text.Json.Nodes.JsonArray([.. roles.Select(static role => (System.Text.Json.Nodes.JsonNode)role)]);
        return users.PutAsync("org.couchdb.user:ann", body.ToJsonString(), revision);
    }

    private static string Cookie(UsersUnderTest users, string name)
    {
        var header = users.Sessions.Begin(name, users.Accounts.Find(name)!.Salt, isSecure: false);
        return header[..header.IndexOf(';', StringComparison.Ordinal)];
    }
}
