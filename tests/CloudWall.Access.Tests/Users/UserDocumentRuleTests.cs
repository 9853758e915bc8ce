using System.Text.Json.Nodes;
using CloudWall.Documents.Databases;

namespace CloudWall.Access.Tests.Users;

public sealed class UserDocumentRuleTests
{
    private const string Id = "org.couchdb.user:ann";
    private const string User = """{"name":"ann","type":"user","roles":["crew"],"password":"secret","extra":{"a":[1]}}""";
    private const string Plain = """{"name":"ann","type":"user","roles":["crew"]}""";

    private static readonly UserContext Ann = new("ann", ["crew"]);
    private static readonly UserContext Nobody = new(null, []);

    [Fact]
    public async Task A_password_is_hashed_before_it_is_stored()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        Assert.Null((await users.PutAsync(Id, User)).Error);
        var stored = JsonNode.Parse(users.Read(Id))!.AsObject();
        Assert.Equal(
            ["derived_key", "extra", "iterations", "name", "password_scheme", "pbkdf2_prf", "roles", "salt", "type"],
            stored.Select(static member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("pbkdf2", "sha256", 2), ((string)stored["password_scheme"]!, (string)stored["pbkdf2_prf"]!, (int)stored["iterations"]!));
        Assert.True(users.Accounts.Find("ann")!.Password!.Matches("secret"));
    }

    [Fact]
    public async Task An_edit_without_a_password_keeps_the_hash_and_one_with_it_makes_another()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = (await users.PutAsync(Id, User)).Revision;
        var before = users.Accounts.Find("ann")!.Password!;
        revision = (await users.PutAsync(Id, users.Read(Id).Replace("crew", "boss", StringComparison.Ordinal), revision)).Revision;
        Assert.Equal(before.Hash, users.Accounts.Find("ann")!.Password!.Hash);

        var again = users.Read(Id).Insert(1, """ "password":"secret","preserve_salt":true, """);
        revision = (await users.PutAsync(Id, again, revision)).Revision;
        Assert.Equal((before.Salt, before.Hash), (users.Accounts.Find("ann")!.Salt, users.Accounts.Find("ann")!.Password!.Hash));
        Assert.DoesNotContain("preserve_salt", users.Read(Id), StringComparison.Ordinal);

        await users.PutAsync(Id, users.Read(Id).Insert(1, """ "password":"secret", """), revision);
        Assert.NotEqual(before.Salt, users.Accounts.Find("ann")!.Salt);
    }

    [Theory]
    [InlineData("x", Plain, "Doc ID must be of the form org.couchdb.user:name")]
    [InlineData(Id, """{"name":"bob","roles":[],"type":"user"}""", "Doc ID must be of the form org.couchdb.user:name")]
    [InlineData(Id, """{"roles":[],"type":"user"}""", "doc.name is required")]
    [InlineData(Id, """{"name":"ann","type":"user"}""", "doc.roles must exist")]
    [InlineData(Id, """{"name":"ann","roles":"r","type":"user"}""", "doc.roles must be an array")]
    [InlineData(Id, """{"name":"ann","roles":[5],"type":"user"}""", "doc.roles can only contain strings")]
    [InlineData(Id, """{"name":"ann","roles":[]}""", "doc.type must be user")]
    [InlineData(Id, """{"name":"ann","roles":["_admin"],"type":"user"}""", "No system roles (starting with underscore) in users db.")]
    [InlineData(Id, """{"name":"ann","roles":["_metrics"],"type":"user"}""", null)]
    [InlineData("org.couchdb.user:_x", """{"name":"_x","roles":[],"type":"user"}""", "Username may not start with underscore.")]
    [InlineData("org.couchdb.user:a:b", """{"name":"a:b","roles":[],"type":"user"}""", "Character `:` is not allowed in usernames.")]
    [InlineData(Id, """{"name":"ann","roles":[],"type":"user","password":5}""", "Password value of '5' is invalid.")]
    [InlineData(Id, """{"name":"ann","roles":[],"type":"user","password":null}""", null)]
    [InlineData(Id, """{"name":"ann","roles":[],"type":"user","password_scheme":"rot13"}""", "Password scheme `rot13` not supported.")]
    [InlineData(Id, """{"name":"ann","roles":[],"type":"user","password_scheme":"pbkdf2","derived_key":"x"}""", "iterations must be a number.")]
    [InlineData(Id, """{"name":"ann","roles":[],"type":"user","password_scheme":"pbkdf2","iterations":1}""", "derived_key must be a string.")]
    [InlineData(Id, """{"name":"ann","roles":[],"type":"user","password_sha":"x"}""", "Users with password_sha must have a salt.")]
    public async Task What_is_no_user_is_refused(string id, string json, string? reason)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var error = (await users.PutAsync(id, json)).Error;
        Assert.Equal(reason, error?.Reason);
        Assert.Equal(reason is null ? null : 403, error?.Status);
        var replicated = json.Insert(1, "\"_rev\":\"1-0123456789abcdef0123456789abcdef\",");
        Assert.Equal(reason, (await users.PutAsync(id, replicated, mode: WriteMode.Replicated)).Error?.Reason);
    }

    [Fact]
    public async Task A_replicated_revision_is_hashed_and_keeps_its_id()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        const string Revision = "1-0123456789abcdef0123456789abcdef";
        var replicated = User.Insert(1, $"\"_rev\":\"{Revision}\",");
        Assert.Null((await users.PutAsync(Id, replicated, mode: WriteMode.Replicated)).Error);
        Assert.Equal(Revision, users.Database.Find(Id)!.Winner.Revision.ToString());
        Assert.DoesNotContain("secret", users.Read(Id), StringComparison.Ordinal);
        Assert.True(users.Accounts.Find("ann")!.Password!.Matches("secret"));
    }

    [Theory]
    [InlineData(WriteMode.Interactive)]
    [InlineData(WriteMode.Replicated)]
    public async Task A_password_in_a_deletion_is_hashed(WriteMode mode)
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = (await users.PutAsync(Id, Plain)).Revision;
        const string Replicated = "\"_rev\":\"2-0123456789abcdef0123456789abcdef\",";
        var deletion = User.Insert(1, (mode == WriteMode.Replicated ? Replicated : "") + "\"_deleted\":true,");
        var written = await users.PutAsync(Id, deletion, revision, mode: mode);
        Assert.Null(written.Error);
        using var stored = users.Database.Read(Id, written.Revision);
        var body = System.Text.Encoding.UTF8.GetString(stored!.Body.Span);
        Assert.Contains("derived_key", body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_change_their_own_documents_but_not_their_roles()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        var revision = (await users.PutAsync(Id, User)).Revision;
        Assert.Equal("Only _admin may edit roles", (await users.PutAsync(Id, Plain.Replace("crew", "boss", StringComparison.Ordinal), revision, Ann)).Error?.Reason);
        var changed = await users.PutAsync(Id, User.Replace("secret", "changed", StringComparison.Ordinal), revision, Ann);
        Assert.Null(changed.Error);
        Assert.True(users.Accounts.Find("ann")!.Password!.Matches("changed"));

        Assert.Equal(404, (await users.PutAsync("org.couchdb.user:bob", Plain.Replace("ann", "bob", StringComparison.Ordinal), by: Ann)).Error?.Status);
        Assert.Equal(404, (await users.PutAsync("_design/d", "{}", by: Ann)).Error?.Status);
        Assert.Null((await users.PutAsync(Id, """{"_deleted":true}""", changed.Revision, Ann)).Error);
    }

    [Fact]
    public async Task Anyone_who_is_let_in_may_sign_up_without_roles_and_change_nobody()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        Assert.Equal("Only _admin may set roles", (await users.PutAsync(Id, User, by: Nobody)).Error?.Reason);
        var revision = (await users.PutAsync(Id, User.Replace("\"crew\"", "", StringComparison.Ordinal), by: Nobody)).Revision;
        Assert.True(users.Accounts.Find("ann")!.Password!.Matches("secret"));
        Assert.Equal(403, (await users.PutAsync(Id, User.Replace("\"crew\"", "", StringComparison.Ordinal), revision, Nobody)).Error?.Status);
        Assert.Equal("Only admins may delete other user docs.", (await users.PutAsync(Id, """{"_deleted":true}""", revision, Nobody)).Error?.Reason);
    }

    /// <summary>They would make all others wait while they are verified.</summary>
    [Fact]
    public async Task Users_store_no_hashes_that_cost_more_than_those_of_the_node()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        const string Hash = "{\"password_scheme\":\"pbkdf2\",\"derived_key\":\"00\",\"salt\":\"s\",\"iterations\":3,\"name\":\"ann\",\"type\":\"user\",\"roles\":[]}";
        const string TooHigh = "Iteration count is too high for this server";
        Assert.Equal(TooHigh, (await users.PutAsync(Id, Hash, by: Nobody)).Error?.Reason);
        var revision = (await users.PutAsync(Id, Hash.Replace("3", "2", StringComparison.Ordinal), by: Nobody)).Revision;
        Assert.Equal(TooHigh, (await users.PutAsync(Id, Hash, revision, Ann)).Error?.Reason);

        // What an admin has stored may stay.
        revision = (await users.PutAsync(Id, Hash, revision)).Revision;
        Assert.Null((await users.PutAsync(Id, Hash.Insert(1, "\"city\":\"Bonn\","), revision, Ann)).Error);
    }

    /// <summary>What is in conflict now might not be once it is its turn to be written, and nothing else would be checked.</summary>
    [Fact]
    public async Task A_conflict_is_refused_before_anything_else()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        await users.PutAsync(Id, User);
        Assert.Equal(409, (await users.PutAsync(Id, User)).Error?.Status);
        Assert.Equal(409, (await users.PutAsync(Id, """{"roles":["_admin"]}""", Documents.Revisions.RevisionId.Parse("5-abc"), Ann)).Error?.Status);
    }

    [Fact]
    public async Task Roles_of_the_node_that_an_earlier_version_stored_count_for_nothing()
    {
        await using var users = await UsersUnderTest.CreateAsync();
        using var write = new DocumentWrite(
            Id, Documents.Json.DocumentParser.Parse("""{"name":"ann","roles":["_admin","crew"],"password":"clear"}"""u8, new Documents.Json.DocumentLimits()), []);
        Assert.Null((await users.Database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None))[0].Error);
        var account = users.Accounts.Find("ann")!;
        Assert.Equal(["crew"], account.Roles);
        Assert.Null(account.Password);
    }
}
