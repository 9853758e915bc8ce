namespace CloudWall.Documents.Changes;

/// <summary>Decides which changes of a feed pass, whoever reads the feed: a client, or a replication that runs in this process.</summary>
public abstract class ChangeFilter
{
    /// <summary>Decides about the rows of a batch: leaves that pass are added to <see cref="ChangeBatch.Row.Leaves"/>.</summary>
    /// <exception cref="DocumentException">It cannot be decided.</exception>
    public abstract ValueTask DecideAsync(ChangeBatch batch, CancellationToken cancellation);
}
