using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>Review, house A8: names of deleted databases were kept for as long as the node ran.</summary>
public sealed class DatabaseUpdatesTests
{
    [Fact]
    public void Of_databases_that_are_gone_the_latest_are_remembered()
    {
        var updates = new DatabaseUpdates(new string('0', 32));
        updates.Add("kept", DatabaseUpdateKind.Created);
        for (var i = 0; i < DatabaseUpdates.MaxDeletions + 10; i++)
        {
            updates.Add($"db{i}", DatabaseUpdateKind.Created);
            updates.Add($"db{i}", DatabaseUpdateKind.Deleted);
        }

        Assert.Equal(DatabaseUpdates.MaxDeletions + 1, updates.Count);
        var events = updates.After(0);
        Assert.Equal(DatabaseUpdates.MaxDeletions + 1, events.Count);
        Assert.Equal(("kept", DatabaseUpdateKind.Created), (events[0].Name, events[0].Kind));
        Assert.Equal("db10", events[1].Name);
    }

    [Fact]
    public void A_database_that_is_there_again_is_not_forgotten_with_its_deletion()
    {
        var updates = new DatabaseUpdates(new string('0', 32));
        updates.Add("again", DatabaseUpdateKind.Deleted);
        updates.Add("again", DatabaseUpdateKind.Created);
        for (var i = 0; i <= DatabaseUpdates.MaxDeletions; i++)
        {
            updates.Add("other", DatabaseUpdateKind.Deleted);
        }

        Assert.Equal(["again", "other"], updates.After(0).Select(static update => update.Name));
    }
}
