using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;

namespace CloudWall.Documents.Tests.Rules;

/// <summary>Review, house A2: the rules of a node hold for every way by which documents come into a database.</summary>
public sealed class WriteRuleTests
{
    private static readonly DocumentError Refusal = new(403, "forbidden", "no");
    private static readonly Writer Client = new(WriteWays.Client, "ann", IsAdmin: false);

    [Theory]
    [InlineData(WriteMode.Interactive)]
    [InlineData(WriteMode.Replicated)]
    public async Task What_a_rule_refuses_fails_alone_and_in_its_place(WriteMode mode)
    {
        var rule = new TestRule((_, write) => write.Id.StartsWith("bad", StringComparison.Ordinal) ? Refusal : null);
        await using var engine = await Engine.CreateAsync(new EngineOptions { Rules = [rule] });

        var outcomes = await engine.Database.WriteAsync(
            [.. ((string[])["bad1", "a", "bad2", "b"]).Select(id => Document(id, mode))], mode, CancellationToken.None, Client);

        Assert.Equal(["bad1", "a", "bad2", "b"], outcomes.Select(static outcome => outcome.Id));
        Assert.Equal([Refusal, null, Refusal, null], outcomes.Select(static outcome => outcome.Error));
        Assert.Equal(2, engine.Database.DocumentCount);
        Assert.Equal(mode == WriteMode.Replicated ? "1-aa" : null, outcomes[0].Revision.IsNone ? null : outcomes[0].Revision.ToString());
    }

    [Theory]
    [InlineData(WriteWays.Client, true)]
    [InlineData(WriteWays.Replication, true)]
    [InlineData(WriteWays.Node, false)]
    public async Task A_rule_holds_for_the_ways_that_it_names(WriteWays way, bool isRefused)
    {
        await using var engine = await Engine.CreateAsync(new EngineOptions { Rules = [new TestRule(static (_, _) => Refusal)] });

        var outcomes = await engine.Database.WriteAsync(
            [Document("a")], WriteMode.Interactive, CancellationToken.None, Client with { Way = way });

        Assert.Equal(isRefused ? Refusal : null, outcomes[0].Error);
    }

    [Fact]
    public async Task Who_says_nothing_of_themselves_is_the_node()
    {
        await using var engine = await Engine.CreateAsync(new EngineOptions { Rules = [new TestRule(static (_, _) => Refusal)] });
        Assert.Null((await engine.Database.WriteAsync([Document("a")], WriteMode.Interactive, CancellationToken.None))[0].Error);
    }

    [Fact]
    public async Task Rules_see_who_writes_and_what_and_may_replace_what_an_edit_contains()
    {
        WriteContext? seen = null;
        var rule = new TestRule((context, write) =>
        {
            seen = context;
            write.Document = Document("a", body: """{"by":"ann"}""").Document;
            return null;
        });
        await using var engine = await Engine.CreateAsync(new EngineOptions { Rules = [rule] });

        var outcome = (await engine.Database.WriteAsync([Document("a")], WriteMode.Interactive, CancellationToken.None, Client))[0];

        Assert.Equal((engine.Database, WriteMode.Interactive, Client), (seen!.Database, seen.Mode, seen.Writer));
        using var stored = engine.Database.Read("a", outcome.Revision);
        Assert.Equal("""{"by":"ann"}""", Encoding.UTF8.GetString(stored!.Body.Span));
    }

    [Fact]
    public async Task The_first_rule_that_refuses_decides_and_the_later_ones_are_not_asked()
    {
        var asked = 0;
        var first = new TestRule(static (_, _) => Refusal);
        var second = new TestRule((_, _) =>
        {
            asked++;
            return null;
        });
        await using var engine = await Engine.CreateAsync(new EngineOptions { Rules = [second, first, second] });

        Assert.Equal(Refusal, (await engine.Database.WriteAsync([Document("a")], WriteMode.Interactive, CancellationToken.None, Client))[0].Error);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_rule_for_some_databases_leaves_the_others_alone()
    {
        var rule = new TestRule(static (_, _) => Refusal) { Name = "strict" };
        await using var engine = await Engine.CreateAsync(new EngineOptions { Rules = [rule] });
        var strict = await engine.Catalogue.CreateAsync("strict", new DatabaseOptions(), CancellationToken.None);

        Assert.Null((await engine.Database.WriteAsync([Document("a")], WriteMode.Interactive, CancellationToken.None, Client))[0].Error);
        Assert.Equal(Refusal, (await strict.WriteAsync([Document("a")], WriteMode.Interactive, CancellationToken.None, Client))[0].Error);
    }

    [Fact]
    public async Task An_edit_of_what_is_no_leaf_is_a_conflict_and_a_revision_made_elsewhere_never_is()
    {
        await using var engine = await Engine.CreateAsync();
        var database = engine.Database;
        var first = (await database.WriteAsync([Document("a")], WriteMode.Interactive, CancellationToken.None))[0].Revision;
        var edit = new WriteContext(database, WriteMode.Interactive, Client);

        Assert.True(edit.IsConflict(Document("a")));
        Assert.True(edit.IsConflict(Engine.Prepare("b", first)));
        Assert.False(edit.IsConflict(Document("b")));
        Assert.False(edit.IsConflict(Engine.Prepare("a", first)));
        Assert.False(new WriteContext(database, WriteMode.Replicated, Client).IsConflict(Document("a")));
        await database.WriteAsync([Engine.Prepare("a", first, deleted: true)], WriteMode.Interactive, CancellationToken.None);
        Assert.False(edit.IsConflict(Document("a")));
        Assert.True(edit.IsConflict(Engine.Prepare("a", first)));
    }

    private static DocumentWrite Document(string id, WriteMode mode = WriteMode.Interactive, string body = "{}") =>
        mode == WriteMode.Replicated ? Engine.PrepareMerge(id, ["1-aa"], body) : Engine.Prepare(id, default, body);

    private sealed class TestRule(Func<WriteContext, DocumentWrite, DocumentError?> check) : WriteRule
    {
        public string? Name { get; init; }

        public override bool ConcernsDatabase(string database) => Name is null || database == Name;

        public override bool Concerns(string id) => true;

        public override async ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation)
        {
            await Task.Yield();
            return check(context, write);
        }
    }
}
