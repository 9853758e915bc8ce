using System.Globalization;
using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using CloudWall.Storage.Memory;

namespace CloudWall.Replication.Tests;

/// <summary>Databases in memory, with replications between them by their names.</summary>
internal sealed class MemoryNode : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private long _sessions;

    public MemoryNode(TimeProvider? time = null, EngineOptions? options = null)
    {
        _time = time ?? TimeProvider.System;
        Catalogue = DatabaseCatalogue.Open(Store, options ?? new EngineOptions(), _time);
    }

    /// <summary>The secret with which checkpoints are sealed.</summary>
    public static readonly byte[] Key = [1, 2, 3];

    public MemoryStore Store { get; } = new();

    public DatabaseCatalogue Catalogue { get; }

    /// <summary>What was logged.</summary>
    public List<string> Log { get; } = [];

    public Task<Database> CreateAsync(string name) => Catalogue.CreateAsync(name, new DatabaseOptions(), CancellationToken.None);

    /// <summary>Writes documents as they are given, each with its <c>_id</c>; all of them must be accepted.</summary>
    public static async Task WriteAsync(Database database, params string[] documents)
    {
        foreach (var outcome in await TryWriteAsync(database, documents))
        {
            Assert.Null(outcome.Error);
        }
    }

    /// <summary>Writes documents as they are given, each with its <c>_id</c>.</summary>
    public static async Task<IReadOnlyList<WriteOutcome>> TryWriteAsync(Database database, params string[] documents)
    {
        var parsed = documents.Select(json => DocumentParser.Parse(Encoding.UTF8.GetBytes(json), database.Limits));
        List<DocumentWrite> writes = [.. parsed.Select(static document => new DocumentWrite(document.Id!, document, []))];
        return await database.WriteAsync(writes, WriteMode.Interactive, CancellationToken.None);
    }

    public LocalPeer Peer(string name) => new(Catalogue, name, name, "node");

    public RunContext Context(PeerFactory? open = null) => new(
        "node",
        open ?? ((endpoint, _) => Peer(endpoint.Name!)),
        _time,
        () => Interlocked.Increment(ref _sessions).ToString("x32", CultureInfo.InvariantCulture),
        message =>
        {
            lock (Log)
            {
                Log.Add(message);
            }
        })
    {
        CheckpointKey = Key,
        Fraction = Random.Shared.NextDouble,
    };

    public static ReplicationRequest Request(
        string source, string target, ReplicationOptions? options = null, ChangesSelection? selection = null) => new(
        new Endpoint(source, null, null), new Endpoint(target, null, null), selection ?? new ChangesSelection(), options ?? new ReplicationOptions());

    public async ValueTask DisposeAsync()
    {
        await Catalogue.DisposeAsync();
        Store.Dispose();
    }
}
