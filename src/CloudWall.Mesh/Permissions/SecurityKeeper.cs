using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Sync;

namespace CloudWall.Mesh.Permissions;

/// <summary>
/// Keeps the <c>_security</c> of each database beside its past, and applies what holds. What an admin of this node sets becomes a version
/// that follows all that are known here.
/// </summary>
/// <param name="own">This node.</param>
/// <param name="databases">The node's databases.</param>
/// <param name="records">Where the past is kept.</param>
/// <param name="time">The clock.</param>
public sealed class SecurityKeeper(MemberId own, DatabaseCatalogue databases, NodeRecords records, TimeProvider time)
{
    private const string PastPrefix = "mesh/security/past/";
    private const string AppliedPrefix = "mesh/security/applied/";

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly Turns _turn = new(1);
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>What holds for a database after all that this node knows, with its past.</summary>
    public Task<SecurityHistory> ReadAsync(string database, CancellationToken cancellation) =>
        MergeAsync(database, SecurityHistory.Empty, cancellation);

    /// <summary>Takes in what another member knows, and applies what holds.</summary>
    public async Task<SecurityHistory> MergeAsync(string database, SecurityHistory other, CancellationToken cancellation)
    {
        await _turn.EnterAsync(cancellation);
        try
        {
            return databases.Find(database) is { } found ? await SettleAsync(found, other, cancellation) : SecurityHistory.Empty;
        }
        finally
        {
            _turn.Leave();
        }
    }

    /// <summary>Notes what admins of this node set, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var since = 0L; ;)
        {
            var changed = databases.Updates.After(since);
            foreach (var update in changed.Where(static update => MemberService.Travels(update.Name)))
            {
                try
                {
                    await ReadAsync(update.Name, cancellation);
                }
                catch (DocumentException) when (!cancellation.IsCancellationRequested)
                {
                    // The database is gone, or the disk is full: the next change, or the next who asks, brings it up again.
                    await Task.Delay(Rest, time, cancellation);
                }
            }

            since = changed.Count > 0 ? changed[^1].Sequence : since;
            await databases.Updates.WaitAsync(since, cancellation);
        }
    }

    private async Task<SecurityHistory> SettleAsync(Database database, SecurityHistory other, CancellationToken cancellation)
    {
        var known = Load(database.Name);
        var present = database.Security;
        if (present is { } set && !IsSame(set, known.Applied) && !IsSame(set, known.Past.Effective))
        {
            known = Keep(database.Name, known, known.Past.Set(own, set), set);
        }

        // It is kept before it is applied: else a crash between would make what another has set a version of this node.
        var merged = known.Past.Merge(other);
        known = Keep(database.Name, known, merged, known.Applied);
        if (merged.Effective is { } effective && !IsSame(effective, present))
        {
            try
            {
                await database.SetSecurityAsync(effective, cancellation, now => IsSame(now, present));
            }
            catch (DocumentException changed) when (changed.Error.Status == DocumentError.Conflict.Status)
            {
                // An admin has set one just now, which follows what was known before.
                return await SettleAsync(database, other, cancellation);
            }
        }

        return Keep(database.Name, known, merged, merged.Effective).Past;
    }

    private Known Load(string database)
    {
        if (!_known.TryGetValue(database, out var known))
        {
            var past = records.Find(PastPrefix + database) is { } bytes ? SecurityCodec.TryRead(bytes) : null;
            known = new Known(past ?? SecurityHistory.Empty, records.Find(AppliedPrefix + database));
            _known.Add(database, known);
        }

        return known;
    }

    /// <summary>Keeps a past and what was applied, durably.</summary>
    private Known Keep(string database, Known before, SecurityHistory past, ReadOnlyMemory<byte>? applied)
    {
        var bytes = SecurityCodec.Write(past);
        if (!bytes.AsSpan().SequenceEqual(SecurityCodec.Write(before.Past)))
        {
            records.Put(PastPrefix + database, bytes);
        }

        if (applied is { } value && !IsSame(value, before.Applied))
        {
            records.Put(AppliedPrefix + database, value.Span);
        }

        return _known[database] = new Known(past, applied);
    }

    private static bool IsSame(ReadOnlyMemory<byte>? one, ReadOnlyMemory<byte>? other) =>
        one is { } first && other is { } second ? first.Span.SequenceEqual(second.Span) : one is null == other is null;

    /// <summary>What is known of a database.</summary>
    /// <param name="Past">The past.</param>
    /// <param name="Applied">What was applied, or seen, last: something else is what an admin has set since.</param>
    private sealed record Known(SecurityHistory Past, ReadOnlyMemory<byte>? Applied);
}
