using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Permissions;
using CloudWall.Mesh.Sync;
using CloudWall.Mesh.Tests.Roster;
using CloudWall.Replication.Peers;
using CloudWall.Storage.Memory;

namespace CloudWall.Mesh.Tests.Sync;

public sealed class MemberServiceTests : IAsyncLifetime
{
    private readonly TestMesh _mesh = new(2);
    private readonly MemoryStore _store = new();
    private DatabaseCatalogue _catalogue = null!;
    private MemberService _service = null!;

    private MemberId Member => _mesh.Nodes[0].Public.Id;

    public async ValueTask InitializeAsync()
    {
        _catalogue = DatabaseCatalogue.Open(_store, new EngineOptions(), TimeProvider.System);
        foreach (var name in (string[])["notes", "_users", "_replicator", "a/_users"])
        {
            await _catalogue.CreateAsync(name, new DatabaseOptions(), CancellationToken.None);
        }

        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var security = new SecurityKeeper(_mesh.Nodes[1].Public.Id, _catalogue, new NodeRecords(_store), TimeProvider.System);
        _service = new MemberService(_catalogue, () => _mesh.Roster, security, "node", TimeProvider.System);
    }

    [Fact]
    public async Task Only_databases_that_travel_are_named_and_opened()
    {
        var changed = await _service.ReadChangedAsync(Member, null, 0, TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(["notes"], changed.Names);
        foreach (var name in (string[])["_users", "_replicator", "a/_users"])
        {
            Assert.Equal(404, Assert.Throws<PeerException>(() => _service.Open(Member, name)).Error.Status);
            var refused = await Assert.ThrowsAsync<PeerException>(() => _service.ReadDatabaseAsync(Member, name, CancellationToken.None));
            Assert.Equal(404, refused.Error.Status);
        }
    }

    [Fact]
    public async Task Strangers_and_the_owner_of_no_device_are_refused_whatever_they_ask()
    {
        foreach (var stranger in (MemberId[])[_mesh.Nodes[1].Public.Id, _mesh.Id, default])
        {
            Assert.Equal(403, Assert.Throws<PeerException>(() => _service.Open(stranger, "notes")).Error.Status);
            var changed = () => _service.ReadChangedAsync(stranger, null, 0, TimeSpan.Zero, CancellationToken.None);
            Assert.Equal(403, (await Assert.ThrowsAsync<PeerException>(changed)).Error.Status);
            var database = () => _service.ReadDatabaseAsync(stranger, "notes", CancellationToken.None);
            Assert.Equal(403, (await Assert.ThrowsAsync<PeerException>(database)).Error.Status);
        }
    }

    [Fact]
    public async Task A_member_writes_no_documents_and_makes_no_databases()
    {
        var revision = new FetchedRevision("doc", [RevisionId.Parse("1-" + new string('a', 32))], false, "{}"u8.ToArray(), []);
        var write = () => _service.Open(Member, "notes").WriteAsync([revision], CancellationToken.None);
        Assert.Equal(403, (await Assert.ThrowsAsync<PeerException>(write)).Error.Status);
        Assert.Equal(0, _catalogue.Find("notes")!.DocumentCount);
        await Assert.ThrowsAsync<PeerException>(() => _service.Open(Member, "other").CreateAsync([], CancellationToken.None));
        Assert.Null(_catalogue.Find("other"));
    }

    [Fact]
    public async Task Who_waits_is_told_of_a_change()
    {
        var first = await _service.ReadChangedAsync(Member, null, 0, TimeSpan.Zero, CancellationToken.None);
        var waiting = _service.ReadChangedAsync(Member, first.Epoch, first.Sequence, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        await _catalogue.CreateAsync("photos", new DatabaseOptions(), CancellationToken.None);
        Assert.Equal(["photos"], (await waiting).Names);
    }

    public async ValueTask DisposeAsync()
    {
        await _catalogue.DisposeAsync();
        _store.Dispose();
        _mesh.Dispose();
    }
}
