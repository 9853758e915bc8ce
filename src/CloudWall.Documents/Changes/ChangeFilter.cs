namespace CloudWall.Documents.Changes;

/// <summary>Decides which changes pass, for a client's feed and for a local replication alike.</summary>
public abstract class ChangeFilter
{
    /// <summary>Decides about the rows of a batch, and adds the leaves that pass to <see cref="ChangeBatch.Row.Leaves"/>.</summary>
    /// <exception cref="DocumentException">The filter function failed.</exception>
    public abstract ValueTask DecideAsync(ChangeBatch batch, CancellationToken cancellation);
}
