using System.Globalization;
using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>Measures memory, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(IdleDatabaseTests), DisableParallelization = true)]
[Collection(nameof(IdleDatabaseTests))]
public sealed class IdleDatabaseTests
{
    private const int Rounds = 3;
    private const int MostRounds = 30;
    private const int Databases = 700;

    [Fact]
    public async Task An_idle_database_costs_ten_kibibytes_at_most()
    {
        await using var engine = await Engine.CreateAsync();
        await UseAsync(engine, "warm-up");
        var costs = new List<long>();

        // Pools give back what earlier tests left in them in any round, which makes it look cheap, even as if it cost less than nothing.
        // Nothing makes it look dear.
        for (var round = 0; round < MostRounds && (round < Rounds || costs.Max() <= 0); round++)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < Databases; i++)
            {
                await UseAsync(engine, string.Create(CultureInfo.InvariantCulture, $"database-{round}-{i}"));
            }

            // What the store in memory holds is counted too, which another would have on the disk.
            costs.Add((GC.GetTotalMemory(forceFullCollection: true) - before) / Databases);
        }

        Assert.InRange(costs.Max(), 1, 10 << 10);
        GC.KeepAlive(engine);
    }

    /// <summary>Everything that a database makes when it is first needed: its writer, readers that wait, security, compaction.</summary>
    private static async Task UseAsync(Engine engine, string name)
    {
        var database = await engine.Catalogue.CreateAsync(name, new DatabaseOptions(), CancellationToken.None);
        using (var patience = new CancellationTokenSource())
        {
            var waiting = database.WaitForChangeAsync(0, patience.Token);
            using var write = Engine.Prepare("a", default, "{\"a\":1}");
            await database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
            await waiting;
            var other = database.WaitForChangeAsync(database.UpdateSequence, patience.Token);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        }

        Assert.Null(database.Security);
        await database.CompactAsync(CancellationToken.None);
        Assert.Equal(1, database.ReadInfo().DocumentCount);
        using var changes = database.ReadChanges(0);
        Assert.True(changes.MoveNext());
    }
}
