namespace CloudWall.Model;

/// <summary>What is held against the model: the engine itself, or a node through HTTP.</summary>
public interface IModelTarget : IAsyncDisposable
{
    /// <summary>Whether histories are shown as long as the limit is now, whatever is stored.</summary>
    bool CutsHistories { get; }

    /// <summary>Edits a document.</summary>
    /// <returns>The new revision, or null for a conflict.</returns>
    Task<Rev?> EditAsync(string id, Rev? parent, bool deleted, ModelBody body, IReadOnlyCollection<string> stubs);

    /// <summary>Merges a replicated revision; the path is newest first.</summary>
    Task MergeAsync(string id, IReadOnlyList<Rev> path, bool deleted, ModelBody body);

    /// <summary>Purges revisions.</summary>
    /// <returns>Those that were removed.</returns>
    Task<IReadOnlyList<Rev>> PurgeAsync(string id, IReadOnlyList<Rev> revisions);

    Task CompactAsync();

    Task SetRevsLimitAsync(int limit);

    /// <summary>Stops and starts again, as after a power failure.</summary>
    Task RestartAsync();

    /// <summary>The document's leaves, winner first; empty where there is no such document.</summary>
    Task<IReadOnlyList<ObservedLeaf>> ReadLeavesAsync(string id);

    /// <summary>A stored revision's body; null where it is not stored.</summary>
    Task<ModelBody?> ReadAsync(string id, Rev revision);

    /// <summary>The changes feed from the beginning.</summary>
    Task<IReadOnlyList<ObservedChange>> ReadChangesAsync();

    /// <summary>The ids and winners of all documents that are not deleted, in their order.</summary>
    Task<IReadOnlyList<(string Id, Rev Winner)>> ReadAllAsync();

    Task<(long Documents, long Deleted)> CountAsync();

    /// <summary>Contents that are stored, where the target can tell; null otherwise.</summary>
    Task<int?> CountContentsAsync();
}

/// <summary>A leaf as the target shows it, with its history newest first.</summary>
public sealed record ObservedLeaf(Rev Revision, bool Deleted, IReadOnlyList<Rev> Path);

/// <summary>A row of the changes feed, its leaves winner first.</summary>
public sealed record ObservedChange(long Sequence, string Id, bool Deleted, IReadOnlyList<Rev> Leaves);
