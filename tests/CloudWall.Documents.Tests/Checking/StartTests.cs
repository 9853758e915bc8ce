using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Documents.Tests.Checking;

/// <summary>What a node says of a catalogue that is damaged: it does not start, and changes nothing.</summary>
public sealed class StartTests
{
    private static readonly byte[] StateOfFirst = [4, 0, 0, 0, 1];

    private static readonly byte[] EntryOfFirst = [3, .. "broken"u8];

    [Theory]
    [InlineData("entry garbled")]
    [InlineData("state garbled")]
    [InlineData("state missing")]
    public async Task A_database_that_is_damaged_in_the_catalogue_is_named(string how)
    {
        using var store = new MemoryStore();
        await using (var catalogue = DatabaseCatalogue.Open(store, new EngineOptions(), TimeProvider.System))
        {
            await catalogue.CreateAsync("broken", new DatabaseOptions(), CancellationToken.None);
            await catalogue.CreateAsync("whole", new DatabaseOptions(), CancellationToken.None);
        }

        using (var batch = store.CreateBatch())
        {
            switch (how)
            {
                case "entry garbled":
                    batch.Put(Keyspace.Meta, EntryOfFirst, [0xFF, 0xFF]);
                    break;
                case "state garbled":
                    batch.Put(Keyspace.Meta, StateOfFirst, [2, 0xFF]);
                    break;
                default:
                    batch.Delete(Keyspace.Meta, StateOfFirst);
                    break;
            }

            store.Commit(batch, sync: true);
        }

        var before = Dump(store);
        var refusal = Assert.Throws<StorageException>(() => DatabaseCatalogue.Open(store, new EngineOptions(), TimeProvider.System));
        Assert.Contains("The database broken is damaged", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Dump(store));
    }

    [Fact]
    public void Data_of_a_newer_format_is_refused()
    {
        using var store = new MemoryStore();
        using (var batch = store.CreateBatch())
        {
            batch.Put(Keyspace.Meta, Keys.Format, [DatabaseCatalogue.FormatVersion + 1]);
            store.Commit(batch, sync: true);
        }

        var before = Dump(store);
        var refusal = Assert.Throws<StorageException>(() => DatabaseCatalogue.Open(store, new EngineOptions(), TimeProvider.System));
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Dump(store));
    }

    private static string Dump(MemoryStore store)
    {
        var text = new StringBuilder();
        foreach (var space in Enum.GetValues<Keyspace>())
        {
            using var rows = store.Scan(space, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
            while (rows.MoveNext())
            {
                text.Append(space).Append(Convert.ToHexString(rows.Key)).Append('=').AppendLine(Convert.ToHexString(rows.Value));
            }
        }

        return text.ToString();
    }
}
