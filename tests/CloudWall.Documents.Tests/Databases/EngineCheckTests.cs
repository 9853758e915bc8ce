using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>The check of a store finds what is wrong with one.</summary>
public sealed class EngineCheckTests
{
    [Fact]
    public async Task The_loss_of_any_key_is_found()
    {
        await using var engine = await Engine.CreateAsync();
        var revision = await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", Engine.Bytes(300_000)));
        for (var i = 0; i < 40; i++)
        {
            revision = await engine.PutAsync("doc", revision, attachments: Engine.Stub("file"));
        }

        await engine.MergeAsync("doc", ["1-aa"]);
        await engine.PutAsync("other", attachments: await engine.AttachAsync("small", [1, 2, 3]));
        await engine.PutAsync("gone", await engine.PutAsync("gone"), deleted: true);
        await engine.Database.PurgeAsync([new("nothing", [revision])], CancellationToken.None);
        await engine.Database.WriteLocalAsync("_local/a", 0, "{}"u8.ToArray(), CancellationToken.None);
        engine.Check();

        // Bodies of revisions that are no leaves may go one by one; but then their references must, too.
        foreach (var space in Enum.GetValues<Keyspace>())
        {
            var keys = new List<byte[]>();
            using (var rows = engine.Store.Scan(space, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]))
            {
                while (rows.MoveNext())
                {
                    keys.Add(rows.Key.ToArray());
                }
            }

            Assert.NotEmpty(keys);
            foreach (var key in keys.Where(key => space != Keyspace.Meta || key[0] != 1))
            {
                using var damaged = Without(engine.Store, space, key);
                var isHarmless = false;
                try
                {
                    EngineCheck.Verify(damaged);
                    isHarmless = true;
                }
                catch (Exception found) when (found is Xunit.Sdk.XunitException or InvalidDataException or KeyNotFoundException)
                {
                }

                Assert.False(isHarmless && !(space == Keyspace.Bodies && IsOldBodyOf(key, "gone")), $"{space} {Convert.ToHexString(key)}");
            }
        }
    }

    private static bool IsOldBodyOf(byte[] key, string id) =>
        key.AsSpan(4).StartsWith(System.Text.Encoding.UTF8.GetBytes(id)) && key[^17] == 0xFE;

    private static MemoryStore Without(MemoryStore store, Keyspace space, byte[] key)
    {
        using (var sync = store.CreateBatch())
        {
            store.Commit(sync, sync: true);
        }

        var copy = store.LoseUnsynced();
        using var batch = copy.CreateBatch();
        batch.Delete(space, key);
        copy.Commit(batch, sync: true);
        return copy;
    }
}
