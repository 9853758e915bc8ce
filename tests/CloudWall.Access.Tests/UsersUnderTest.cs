using System.Text;
using CloudWall.Access.Databases;
using CloudWall.Access.Lockouts;
using CloudWall.Access.Passwords;
using CloudWall.Access.Sessions;
using CloudWall.Access.Tokens;
using CloudWall.Access.Users;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Rules;
using CloudWall.Storage.Memory;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Access.Tests;

/// <summary>A database of users in memory under the rules of a node, one server admin, and what signs them in.</summary>
internal sealed class UsersUnderTest : IAsyncDisposable
{
    private static readonly PasswordOptions Quick = new() { Iterations = 2 };

    private readonly MemoryStore _store = new();
    private readonly PasswordHasher _hasher = new(static () => Quick);
    private readonly DatabaseCatalogue _catalogue;

    private UsersUnderTest()
    {
        _catalogue = DatabaseCatalogue.Open(
            _store,
            new EngineOptions { Rules = [new UserDocumentRule(_hasher, static () => DocumentLimits.Default), new DesignAccessRule()], HiddenMember = UserDatabase.HiddenMember },
            TimeProvider.System);
        var admins = new Dictionary<string, StoredPassword> { ["admin"] = StoredPassword.Create("pass:word", Quick) };
        Accounts = new UserAccounts(() => admins, () => _catalogue.Find("_users"), Time);
        Passwords = new PasswordVerifier(new VerifiedPasswords(static () => new(), Time), new HashingTurns(1), static () => Quick);
        Sessions = new SessionIssuer(static () => new SessionOptions { Secret = "secret" }, Time);
        Upgrades = new HashUpgrades(_hasher, () => _catalogue.Find("_users"), Time, Log.Add);
        Authentication = new Authentication(
            () => Options,
            Accounts,
            Passwords,
            new LockoutTable(static () => new(), Time),
            Sessions,
            new TokenVerifier(() => Options.Tokens, Time),
            Upgrades,
            Log.Add);
    }

    public AuthenticationOptions Options { get; set; } = new();

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(50));

    public List<string> Log { get; } = [];

    public UserAccounts Accounts { get; }

    public PasswordVerifier Passwords { get; }

    public SessionIssuer Sessions { get; }

    public HashUpgrades Upgrades { get; }

    public Authentication Authentication { get; }

    public Database Database => _catalogue.Find("_users")!;

    public static async Task<UsersUnderTest> CreateAsync()
    {
        var users = new UsersUnderTest();
        await users._catalogue.CreateAsync("_users", new DatabaseOptions(), CancellationToken.None);
        return users;
    }

    /// <summary>Writes a document as a server admin, or as someone else.</summary>
    public async Task<WriteOutcome> PutAsync(
        string id, string json, RevisionId parent = default, UserContext? by = null, WriteMode mode = WriteMode.Interactive)
    {
        using var write = new DocumentWrite(id, DocumentParser.Parse(Encoding.UTF8.GetBytes(json), new DocumentLimits()), []);
        if (mode == WriteMode.Interactive)
        {
            write.Parent = parent;
        }

        var writer = (by ?? new UserContext("admin", ["_admin"])).Writer("_users", WriteWays.Client);
        return (await Database.WriteAsync([write], mode, CancellationToken.None, writer))[0];
    }

    public Task<WriteOutcome> PutUserAsync(string name, string password, RevisionId parent = default, params string[] roles) => PutAsync(
        "org.couchdb.user:" + name,
        $$"""{"name":"{{name}}","password":"{{password}}","type":"user","roles":[{{string.Join(',', roles.Select(static role => $"\"{role}\""))}}]}""",
        parent);

    /// <summary>The body of a document as it is stored.</summary>
    public string Read(string id)
    {
        using var document = DocumentReader.OpenWinner(Database, id);
        return Encoding.UTF8.GetString(document.Stored.Body.Span);
    }

    public async Task<Principal> AskAsync(string authorization, string cookie = "", bool isGreeting = false, string address = "10.0.0.1") =>
        await Authentication.AuthenticateAsync(
            new Credentials(authorization, cookie, System.Net.IPAddress.Parse(address), isGreeting), TestContext.Current.CancellationToken);

    public static string Basic(string credentials) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    public async ValueTask DisposeAsync()
    {
        await Upgrades.DisposeAsync();
        await _catalogue.DisposeAsync();
        _store.Dispose();
    }
}
