using CloudWall.Documents;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Runs;

/// <summary>
/// The revisions of a replication that its source did not send whole. Checkpoints pass them and list them; they are asked for again, less
/// and less often, beside all others. There is room for as many as a <see cref="PostponedList"/> takes. One set lasts as long as its job,
/// so that a run that begins anew does not ask sooner. Safe for use by several threads at a time.
/// </summary>
internal sealed class PostponedRevisions
{
    /// <summary>How many are given at a time.</summary>
    private const int MaxDue = 100;

    /// <summary>After the source said so often that it does not have a revision, it is believed.</summary>
    private const int MaxMissing = 2;

    private const string TooManyError = "too_many_postponed";

    /// <summary>How long a revision waits after the first attempt; it is doubled with each of the next.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);

    /// <summary>How long a revision waits at most.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Id, RevisionId Revision), Entry> _entries = [];
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HashSet<string>? _selected;
    private long _size;
    private TimeSpan _pausedUntil;
    private string? _refused;
    private int _version;

    /// <summary>Changes with each revision that comes or goes.</summary>
    public int Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    /// <summary>Whether there was no room for one; until it has passed, or another has gone.</summary>
    public bool HasRefused
    {
        get
        {
            lock (_gate)
            {
                return _refused is not null;
            }
        }
    }

    /// <summary>Why a run ends where there is no room.</summary>
    public static PeerException TooMany(string reason) => new(new DocumentError(500, TooManyError, reason), isTransient: true);

    /// <summary>Whether a run ended because there was no room.</summary>
    public static bool IsTooMany(Exception failure) => failure is PeerException { Error.Error: TooManyError };

    /// <summary>The time as it is counted here.</summary>
    public static TimeSpan Now(TimeProvider time) => time.GetElapsedTime(0);

    /// <summary>A run begins.</summary>
    /// <param name="found">What its checkpoint lists: due at once, except what this job has asked for before.</param>
    /// <param name="documentIds">The documents that it copies; null for all.</param>
    /// <returns>Whether these are all that there are.</returns>
    public bool Begin(IReadOnlyList<PostponedRevision> found, IReadOnlyList<string>? documentIds)
    {
        lock (_gate)
        {
            _selected = documentIds?.ToHashSet(StringComparer.Ordinal);
            Keep(key => IsSelected(key.Id));
            if (!Adopt(found))
            {
                // What the checkpoint has not passed comes again by itself.
                Keep(found.Select(static each => (each.Id, each.Revision)).ToHashSet().Contains);
                Adopt(found);
            }

            foreach (var entry in _entries.Values)
            {
                entry.WasRetried = false;
            }

            return _entries.Count == found.Count;
        }
    }

    /// <summary>Takes over what a checkpoint lists.</summary>
    /// <returns>False where there is no room; then it takes none.</returns>
    public bool Adopt(IReadOnlyList<PostponedRevision> found)
    {
        lock (_gate)
        {
            List<PostponedRevision> adopted =
                [.. found.Where(each => IsSelected(each.Id) && !_entries.ContainsKey((each.Id, each.Revision)))];
            if (!HasRoom(adopted.Count, adopted.Sum(static each => (long)PostponedList.SizeOf(each.Id))))
            {
                return false;
            }

            foreach (var each in adopted)
            {
                var attempts = Math.Min(each.Attempts, PostponedRevision.MaxAttempts);
                Insert(each.Id, each.Revision, new Entry { Attempts = attempts, Missing = each.Missing });
            }

            return true;
        }
    }

    /// <summary>Postpones a revision; those from which it descends have nothing that it has not.</summary>
    /// <returns>Whether it was not there before; null where there is no room.</returns>
    public bool? Add(WriteFailure failure, TimeProvider time)
    {
        lock (_gate)
        {
            if (_entries.ContainsKey((failure.Id, failure.Revision)))
            {
                return false;
            }

            RemoveAll(failure.Id, failure.Path);
            if (!HasRoom(1, PostponedList.SizeOf(failure.Id)))
            {
                _refused = failure.Id;
                return null;
            }

            var entry = new Entry();
            entry.Wait(time);
            Insert(failure.Id, failure.Revision, entry);
            return true;
        }
    }

    /// <summary>A revision came with the source's changes and was stored.</summary>
    /// <param name="id">The document.</param>
    /// <param name="path">The revision and its ancestors.</param>
    public void Came(string id, IReadOnlyList<RevisionId> path)
    {
        lock (_gate)
        {
            RemoveAll(id, path);
        }
    }

    /// <summary>Changes were copied, or what did not come of them was postponed.</summary>
    public void Passed(IReadOnlyList<PeerChange> changes)
    {
        lock (_gate)
        {
            if (_refused is not null && changes.Any(change => change.Id == _refused))
            {
                _refused = null;
            }
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<PostponedRevision> Snapshot()
    {
        lock (_gate)
        {
            return [.. _entries.Select(Describe)];
        }
    }

    /// <summary>Some that are due, in the order of their times.</summary>
    /// <param name="now">Until when.</param>
    /// <param name="isLast">Whether to give those, too, that this run has not asked for again yet.</param>
    public IReadOnlyList<PostponedRevision> Due(TimeSpan now, bool isLast)
    {
        lock (_gate)
        {
            return [.. _entries
                .Where(each => isLast ? !each.Value.WasRetried : each.Value.DueAt <= now && _pausedUntil <= now)
                .OrderBy(static each => each.Value.DueAt)
                .Take(MaxDue)
                .Select(Describe)];
        }
    }

    /// <summary>A revision was asked for: the target has it, or refuses it.</summary>
    public void End(PostponedRevision asked)
    {
        lock (_gate)
        {
            Remove(asked.Id, asked.Revision);
        }
    }

    /// <summary>A revision was asked for, and did not come whole, or not at all.</summary>
    public void Fail(PostponedRevision asked, TimeProvider time)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue((asked.Id, asked.Revision), out var entry))
            {
                SetMissing(entry, 0);
                entry.Wait(time);
                entry.WasRetried = true;
            }
        }
    }

    /// <summary>A revision was asked for, and the source says that it does not have it.</summary>
    /// <returns>Whether it is given up.</returns>
    public bool Miss(PostponedRevision asked, TimeProvider time)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((asked.Id, asked.Revision), out var entry))
            {
                return false;
            }

            SetMissing(entry, entry.Missing + 1);
            entry.Wait(time);
            entry.WasRetried = true;
            return entry.Missing >= MaxMissing && Remove(asked.Id, asked.Revision);
        }
    }

    /// <summary>Has all wait for a while, since the peer answers nothing.</summary>
    public void Pause(TimeProvider time)
    {
        lock (_gate)
        {
            _pausedUntil = Now(time) + FirstDelay;
        }
    }

    /// <summary>Ends all waiting.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken.TrySetResult();
        }
    }

    /// <summary>Waits until there may be something to do: a revision is due or was added, or <see cref="Wake"/> was called since.</summary>
    public async Task WaitAsync(TimeProvider time, CancellationToken cancellation)
    {
        Task woken;
        var wait = Timeout.InfiniteTimeSpan;
        lock (_gate)
        {
            woken = _woken.Task;
            if (_entries.Count > 0)
            {
                var due = _entries.Values.Min(static entry => entry.DueAt);
                wait = (due > _pausedUntil ? due : _pausedUntil) - Now(time);
                wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
            }
        }

        try
        {
            await woken.OrTimeoutAsync(wait, time, cancellation);
        }
        catch (TimeoutException)
        {
            // One is due.
        }

        lock (_gate)
        {
            if (_woken.Task.IsCompleted)
            {
                _woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private static PostponedRevision Describe(KeyValuePair<(string Id, RevisionId Revision), Entry> each) =>
        new(each.Key.Id, each.Key.Revision, each.Value.Attempts, each.Value.Missing);

    private bool IsSelected(string id) => _selected?.Contains(id) != false;

    private bool HasRoom(int count, long size) =>
        _entries.Count + count <= PostponedList.MaxCount && _size + size <= PostponedList.MaxBytes;

    private void SetMissing(Entry entry, int missing)
    {
        _version += entry.Missing == missing ? 0 : 1;
        entry.Missing = missing;
    }

    private void Insert(string id, RevisionId revision, Entry entry)
    {
        _entries.Add((id, revision), entry);
        _size += PostponedList.SizeOf(id);
        _version++;
        _woken.TrySetResult();
    }

    private bool Remove(string id, RevisionId revision)
    {
        if (!_entries.Remove((id, revision)))
        {
            return false;
        }

        _size -= PostponedList.SizeOf(id);
        _refused = null;
        _version++;
        return true;
    }

    private void RemoveAll(string id, IReadOnlyList<RevisionId> revisions)
    {
        if (_entries.Count > 0)
        {
            foreach (var revision in revisions)
            {
                Remove(id, revision);
            }
        }
    }

    private void Keep(Func<(string Id, RevisionId Revision), bool> isKept)
    {
        foreach (var key in _entries.Keys.Where(key => !isKept(key)).ToList())
        {
            Remove(key.Id, key.Revision);
        }
    }

    private sealed class Entry
    {
        public int Attempts { get; set; }

        public int Missing { get; set; }

        /// <summary>Whether this run has asked for it again.</summary>
        public bool WasRetried { get; set; }

        /// <summary>When it is asked for next; at once where a checkpoint has listed it.</summary>
        public TimeSpan DueAt { get; private set; }

        /// <summary>Waits after another attempt.</summary>
        public void Wait(TimeProvider time)
        {
            var delay = FirstDelay * Math.Pow(2, Attempts);
            DueAt = Now(time) + (delay < LongestDelay ? delay : LongestDelay);
            Attempts = Math.Min(Attempts + 1, PostponedRevision.MaxAttempts);
        }
    }
}
