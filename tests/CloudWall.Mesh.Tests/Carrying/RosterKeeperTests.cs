using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Mesh.Carrying;
using CloudWall.Mesh.Roster;
using CloudWall.Mesh.Tests.Roster;
using CloudWall.Storage.Memory;

namespace CloudWall.Mesh.Tests.Carrying;

public sealed class RosterKeeperTests : IAsyncLifetime
{
    private readonly TestMesh _mesh = new(3);
    private readonly MemoryStore _store = new();
    private readonly CancellationTokenSource _ending = new();
    private DatabaseCatalogue _catalogue = null!;
    private Database _database = null!;
    private RosterKeeper _keeper = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _catalogue = DatabaseCatalogue.Open(_store, new EngineOptions(), TimeProvider.System);
        _database = await _catalogue.CreateAsync(RosterKeeper.DatabaseName, new DatabaseOptions(), CancellationToken.None);
        _keeper = Open(_store);
    }

    [Fact]
    public async Task Statements_in_any_leaf_count_also_in_those_that_lost_and_in_deleted_ones()
    {
        _keeper.Take(_mesh.View.Statements);
        var added = _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        await WriteAsync(RosterDocument.IdOf(added), RosterDocument.Write(added), "1-11111111111111111111111111111111");
        await WriteAsync(RosterDocument.IdOf(added), """{"garbage":true}""", "5-ffffffffffffffffffffffffffffffff");
        var deleted = _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        var body = RosterDocument.Write(deleted).Replace("{", """{"_deleted":true,""", StringComparison.Ordinal);
        await WriteAsync(RosterDocument.IdOf(deleted), body, "1-22222222222222222222222222222222");
        Start();
        await UntilAsync(() => _keeper.Roster.ToString() == _mesh.Roster.ToString());
        Assert.Equal(2, _keeper.Roster.Members.Count);
    }

    [Fact]
    public async Task Statements_that_came_before_their_signer_counted_are_found_again()
    {
        var first = _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        await PutAsync(_mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]));
        await PutAsync(_mesh.Add(_mesh.Nodes[1], _mesh.Nodes[2]));
        Start();
        await PutAsync(_mesh.View.Statements.First(static statement => statement.Body is FoundBody));
        await PutAsync(first);
        await UntilAsync(() => _keeper.Roster.Members.Count == 3);
    }

    [Fact]
    public async Task A_statement_under_another_id_is_none()
    {
        var added = _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        await WriteAsync("x" + RosterDocument.IdOf(added), RosterDocument.Write(added), "1-11111111111111111111111111111111");
        var last = _mesh.Add(_mesh.Owner, _mesh.Nodes[1]);
        foreach (var statement in _mesh.View.Statements.Where(statement => statement != added))
        {
            await PutAsync(statement);
        }

        Start();
        await UntilAsync(() => _keeper.Statements.Any(statement => statement.Hash == last.Hash));
        Assert.Empty(_keeper.Roster.Members);
    }

    [Fact]
    public async Task What_was_verified_is_kept_apart_from_the_database_and_written_there_again()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        _keeper.Take(_mesh.View.Statements);
        Start();
        await UntilAsync(() => _database.DocumentCount == 2);
        await _catalogue.DeleteAsync(RosterKeeper.DatabaseName, CancellationToken.None);
        await UntilAsync(() => _catalogue.Find(RosterKeeper.DatabaseName)?.DocumentCount == 2);
        using var after = _store.LoseUnsynced();
        Assert.Equal(_mesh.Roster.ToString(), Open(after).Roster.ToString());
    }

    [Fact]
    public async Task Forged_documents_leave_nothing_behind()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var genuine = _mesh.View.Statements.Last();
        for (var i = 0; i < 100; i++)
        {
            var payload = StatementCodec.Write(genuine.Fields with { Number = 2 + i, Previous = [genuine.Hash] });
            await PutAsync(Statement.TryRead(payload, genuine.Signature.Span)!);
        }

        _keeper.Take(_mesh.View.Statements);
        Start();
        var last = _mesh.Add(_mesh.Owner, _mesh.Nodes[1]);
        await PutAsync(last);
        await UntilAsync(() => _keeper.Statements.Any(statement => statement.Hash == last.Hash));
        Assert.Equal(3, _keeper.Statements.Count);
        Assert.Equal(3, new NodeRecords(_store).ReadAll("mesh/").Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _catalogue.DisposeAsync();
        _store.Dispose();
        _ending.Dispose();
        _mesh.Dispose();
    }

    private RosterKeeper Open(MemoryStore store) => new(_mesh.Id, _catalogue, new NodeRecords(store), TimeProvider.System);

    private void Start() => _running = Task.Run(() => _keeper.RunAsync(_ending.Token));

    private Task PutAsync(Statement statement) =>
        WriteAsync(RosterDocument.IdOf(statement), RosterDocument.Write(statement), "1-" + new string('3', 32));

    private async Task WriteAsync(string id, string json, string revision)
    {
        var parsed = DocumentParser.Parse(Encoding.UTF8.GetBytes(json), _database.Limits);
        var document = new ParsedDocument
        {
            Id = id,
            Revision = RevisionId.Parse(revision),
            Revisions = [RevisionId.Parse(revision)],
            Deleted = parsed.Deleted,
            Body = parsed.Body,
            Term = parsed.Term,
        };
        var outcomes = await _database.WriteAsync([new DocumentWrite(id, document, [])], WriteMode.Replicated, CancellationToken.None);
        Assert.Null(Assert.Single(outcomes).Error);
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        for (var end = DateTime.UtcNow.AddMinutes(1); !holds(); await Task.Delay(5, TestContext.Current.CancellationToken))
        {
            Assert.True(DateTime.UtcNow < end, _keeper.Roster.ToString());
        }
    }
}
