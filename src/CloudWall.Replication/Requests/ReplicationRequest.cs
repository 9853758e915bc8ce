using System.Security.Cryptography;
using System.Text;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Requests;

/// <summary>A replication as it was asked for.</summary>
/// <param name="Source">Where from.</param>
/// <param name="Target">Where to.</param>
/// <param name="Selection">Which documents.</param>
/// <param name="Options">How.</param>
public sealed record ReplicationRequest(Endpoint Source, Endpoint Target, ChangesSelection Selection, ReplicationOptions Options)
{
    /// <summary>
    /// The replication's id, without what its options add to it: the same for the same request on the same node, so that a request can be
    /// found again and cancelled.
    /// </summary>
    /// <param name="node">The node's <c>uuid</c>.</param>
    public string BaseId(string node) => Hash(node, Source.Identity, Target.Identity, filterCode: null);

    /// <summary>The whole id, such as <c>0123…+continuous+create_target</c>.</summary>
    /// <param name="node">The node's <c>uuid</c>.</param>
    public string Id(string node) =>
        BaseId(node) + (Options.Continuous ? "+continuous" : string.Empty) + (Options.CreateTarget ? "+create_target" : string.Empty);

    /// <summary>
    /// The id of the checkpoints. What peers say of themselves counts, not how they were reached: neither another address, port nor
    /// password loses what was done. Another user may be allowed what this one was refused.
    /// </summary>
    /// <param name="node">The node's <c>uuid</c>.</param>
    /// <param name="source">The source's identity as it says; null where it does not.</param>
    /// <param name="target">The target's.</param>
    /// <param name="filterCode">The code of the filter, if there is one: another filter lets other documents through.</param>
    internal string CheckpointId(string node, string? source, string? target, string? filterCode) =>
        Hash(
            node,
            source is null ? Source.Identity : $"{source} {Source.User}",
            target is null ? Target.Identity : $"{target} {Target.User}",
            filterCode);

    private string Hash(string node, string source, string target, string? filterCode)
    {
        var text = new StringBuilder();
        Add(node);
        Add(source);
        Add(target);
        if (Options.User is { } user && (Source.Address is null || Target.Address is null))
        {
            Add("user_ctx");
            Add(user.Name ?? string.Empty);
            foreach (var role in user.Roles)
            {
                Add(role);
            }
        }

        if (Options is { IsOwnedByUser: true, Owner: { } owner } && (Source.Address is null || Target.Address is null))
        {
            // Another user may be allowed what this one was refused.
            Add("owner");
            Add(owner);
        }

        if (Selection.DocumentIds is { } ids)
        {
            Add("doc_ids");
            foreach (var id in ids)
            {
                Add(id);
            }
        }

        if (Selection.Filter is { } filter)
        {
            Add("filter");
            Add(filterCode ?? filter);
            foreach (var (name, value) in Selection.QueryParameters)
            {
                Add(name);
                Add(value);
            }
        }

        if (Selection.Selector is { } selector)
        {
            Add("selector");
            Add(selector);
        }

        if (Selection.WinnersOnly)
        {
            Add("winning_revs_only");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));

        void Add(string part) => text.Append(part.Length).Append(':').Append(part);
    }
}
