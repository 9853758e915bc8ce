using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Storage.RocksDb;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Documents.Tests.Compaction;

/// <summary>Databases in a directory of their own, whose size can be looked at.</summary>
internal sealed class DiskEngine : IAsyncDisposable
{
    /// <summary>More than the engine's own notes take.</summary>
    public const long EnginesNotes = 200_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("cloudwall-space-").FullName;

    public DiskEngine()
    {
        Store = RocksDbStore.Open(_directory, new RocksDbOptions { WriteBufferBytes = 4 << 20, LogBytes = 4 << 20 });
        Catalogue = DatabaseCatalogue.Open(Store, new EngineOptions { CompressionLevel = 0 }, Time);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch);

    public RocksDbStore Store { get; }

    public DatabaseCatalogue Catalogue { get; }

    public string[] Files(string pattern) => Directory.GetFiles(_directory, pattern);

    /// <summary>What the directory's files take. The engine's own notes of 100 KiB or so are among them.</summary>
    public long Size()
    {
        var size = 0L;
        foreach (var file in Directory.GetFiles(_directory))
        {
            try
            {
                size += new FileInfo(file).Length;
            }
            catch (FileNotFoundException)
            {
                // Gone meanwhile: that is what is waited for.
            }
        }

        return size;
    }

    public Task<Database> CreateAsync(string name) => Catalogue.CreateAsync(name, new DatabaseOptions(), CancellationToken.None);

    /// <summary>Creates or edits documents of about 1 KiB.</summary>
    public static async Task EditAsync(Database database, Dictionary<string, RevisionId> documents, IEnumerable<string> ids, Random random)
    {
        foreach (var some in ids.Chunk(500))
        {
            var writes = some
                .Select(id => Engine.Prepare(id, documents.GetValueOrDefault(id), $"{{\"text\":\"{Text(random)}\"}}"))
                .ToArray();
            foreach (var outcome in await database.WriteAsync(writes, WriteMode.Interactive, CancellationToken.None))
            {
                Assert.Null(outcome.Error);
                documents[outcome.Id] = outcome.Revision;
            }
        }
    }

    /// <summary>Writes a document with an attachment of bytes that do not compress.</summary>
    public static async Task<RevisionId> AttachAsync(Database database, string id, RevisionId parent, int length, int seed)
    {
        await using var upload = database.BeginUpload(Engine.Binary);
        await upload.WriteAsync(Engine.Bytes(length, seed), CancellationToken.None);
        var content = await upload.CompleteAsync(CancellationToken.None);
        using var write = Engine.Prepare(id, parent, "{}", deleted: false, new AttachmentWrite("file", Engine.Binary, content));
        var outcomes = await database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
        Assert.Null(outcomes[0].Error);
        return outcomes[0].Revision;
    }

    /// <summary>The directory comes to take so many bytes, within a tenth: the engine removes files when it gets round to it.</summary>
    public Task AssertTakesAsync(long bytes) => WaitUntilBelowAsync(() => Math.Abs(Size() - bytes), (bytes / 10) + EnginesNotes);

    /// <summary>Waits until a number has come down, which takes what the engine takes.</summary>
    public static async Task WaitUntilBelowAsync(Func<long> number, long limit)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var now = number(); now >= limit; now = number())
        {
            Assert.False(patience.IsCancellationRequested, $"{now} is not below {limit}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Catalogue.DisposeAsync();
        Store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string Text(Random random)
    {
        var bytes = new byte[700];
        random.NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }
}
