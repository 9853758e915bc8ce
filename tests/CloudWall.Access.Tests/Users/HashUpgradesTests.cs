using System.Text.Json.Nodes;
using CloudWall.Documents.Revisions;

namespace CloudWall.Access.Tests.Users;

public sealed class HashUpgradesTests
{
    private const string Id = "org.couchdb.user:ann";
    private const string Pbkdf2 = "\"password_scheme\":\"pbkdf2\",\"iterations\":3,\"derived_key\":\"6b4e26125c25cf21ae35ead955f479ea2e71f6ff\"";
    private const string Simple = "\"password_sha\":\"c88e9c67041a74e0357befdff93f87dde0904214\"";

    [Theory]
    [InlineData(Pbkdf2)]
    [InlineData(Simple)]
    public async Task A_sign_in_makes_the_hash_anew_and_keeps_the_salt(string hash)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await PutAsync(users, hash);
        var who = await users.AskAsync(UsersUnderTest.Basic("ann:password"));
        await users.Upgrades.Running;
        var stored = JsonNode.Parse(users.Read(Id))!.AsObject();
        Assert.Equal(("pbkdf2", "sha256", 2), ((string)stored["password_scheme"]!, (string)stored["pbkdf2_prf"]!, (int)stored["iterations"]!));
        Assert.Equal(("salt", "Bonn", null), ((string)stored["salt"]!, (string)stored["city"]!, (string?)stored["password_sha"]));
        Assert.Equal(2, users.Database.Find(Id)!.Winner.Revision.Generation);
        Assert.Equal("ann", (await users.AskAsync(UsersUnderTest.Basic("ann:password"))).Name);
        Assert.Equal("ann", users.Authentication.Refresh(who).Name);
        await users.Upgrades.Running;
        Assert.Equal(2, users.Database.Find(Id)!.Winner.Revision.Generation);
        Assert.Empty(users.Log);
    }

    [Fact]
    public async Task A_wrong_password_changes_nothing()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = await PutAsync(users, Pbkdf2);
        await Assert.ThrowsAsync<Documents.DocumentException>(() => users.AskAsync(UsersUnderTest.Basic("ann:wrong")));
        await users.Upgrades.Running;
        Assert.Equal(revision, users.Database.Find(Id)!.Winner.Revision);
    }

    [Fact]
    public async Task A_document_that_has_changed_meanwhile_stays_as_it_is()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = await PutAsync(users, Pbkdf2);
        var account = users.Accounts.Find("ann")!;
        var changed = (await users.PutUserAsync("ann", "changed", revision)).Revision;
        users.Upgrades.Begin(account, "password");
        await users.Upgrades.Running;
        Assert.Equal(changed, users.Database.Find(Id)!.Winner.Revision);
        Assert.Empty(users.Log);
    }

    [Fact]
    public async Task The_document_of_an_admin_of_the_settings_keeps_its_hash()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        const string Admin = "org.couchdb.user:admin";
        var revision = (await users.PutAsync(Admin, $$"""{"name":"admin","type":"user","roles":[],"salt":"salt",{{Pbkdf2}}}""")).Revision;
        Assert.True((await users.AskAsync(UsersUnderTest.Basic("admin:pass:word"))).IsAdmin);
        await users.Upgrades.Running;
        Assert.Equal(revision, users.Database.Find(Admin)!.Winner.Revision);
    }

    private static async Task<RevisionId> PutAsync(UsersUnderTest users, string hash) =>
        (await users.PutAsync(Id, $$"""{"name":"ann","type":"user","roles":[],"city":"Bonn","salt":"salt",{{hash}}}""")).Revision;
}
