using CloudWall.Documents.Checking;
using CloudWall.Documents.Databases;
using CloudWall.Storage.Memory;

namespace CloudWall.Documents.Tests.Databases;

public sealed class NodeRecordsTests
{
    [Fact]
    public void A_record_is_there_after_a_power_failure_and_no_other_begins_with_its_name_by_chance()
    {
        using var store = new MemoryStore();
        var records = new NodeRecords(store);
        records.Put("mesh/a", [1]);
        records.Put("mesh/b", [2, 3]);
        records.Put("mesh0", [4]);
        records.Put("other", []);
        records.Delete("other");
        using var after = store.LoseUnsynced();
        var found = new NodeRecords(after);
        Assert.Equal([2, 3], found.Find("mesh/b")!);
        Assert.Null(found.Find("other"));
        Assert.Equal(["mesh/a", "mesh/b"], found.ReadAll("mesh/").Select(static record => record.Key));
    }

    [Fact]
    public async Task The_check_of_a_store_knows_them()
    {
        using var store = new MemoryStore();
        await DatabaseCatalogue.Open(store, new EngineOptions(), TimeProvider.System).DisposeAsync();
        new NodeRecords(store).Put("mesh/a", [1]);
        StoreCheck.Run(store, uploads: true, static finding => Assert.Fail(finding.ToString()));
    }
}
