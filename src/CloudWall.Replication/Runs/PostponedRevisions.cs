using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Runs;

/// <summary>
/// The revisions of a replication that its source did not send whole. Checkpoints pass them and name them; they are asked for again, less
/// and less often, beside all others. There is room for about a thousand. One set lasts as long as its job, so that a run that begins
/// anew does not ask sooner. Safe for use by several threads at a time.
/// </summary>
internal sealed class PostponedRevisions
{
    /// <summary>How many there are at most, besides those that another job of the same replication has.</summary>
    public const int MaxCount = 1000;

    /// <summary>
    /// About how many bytes of a checkpoint they take at most: those of both jobs of a replication must fit into what a peer may answer.
    /// </summary>
    private const int MaxWeight = 400_000;

    /// <summary>After so many attempts the delay grows no more.</summary>
    private const int MaxDoublings = 8;

    /// <summary>How long a revision waits after the first attempt; it is doubled with each of the next.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);

    /// <summary>How long a revision waits at most.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Id, RevisionId Revision), Entry> _entries = [];
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _weight;
    private long _turns;
    private bool _hasRefused;

    /// <summary>Changes with each revision that comes or goes.</summary>
    public int Version { get; private set; }

    /// <summary>Whether there was no room for one, and none has gone since.</summary>
    public bool HasRefused
    {
        get
        {
            lock (_gate)
            {
                return _hasRefused;
            }
        }
    }

    /// <summary>Whether there is no room.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return _hasRefused || _entries.Count >= MaxCount;
            }
        }
    }

    /// <summary>A run begins.</summary>
    /// <param name="found">What its checkpoint names: asked for at once, except what this job has asked for before.</param>
    /// <returns>Whether these are all that there are.</returns>
    public bool Begin(IReadOnlyList<PostponedRevision> found)
    {
        Adopt(found);
        lock (_gate)
        {
            foreach (var entry in _entries.Values)
            {
                entry.WasRetried = false;
            }

            return _entries.Count == found.Count;
        }
    }

    /// <summary>Takes over what a checkpoint names. There is always room for that.</summary>
    public void Adopt(IReadOnlyList<PostponedRevision> found)
    {
        lock (_gate)
        {
            foreach (var each in found)
            {
                if (!_entries.ContainsKey((each.Id, each.Revision)))
                {
                    Insert(each.Id, each.Revision, new Entry { Attempts = each.Attempts });
                }
            }
        }
    }

    /// <summary>Postpones a revision.</summary>
    /// <returns>Whether it was not there before; null where there is no room.</returns>
    public bool? Add(WriteFailure failure, TimeProvider time)
    {
        lock (_gate)
        {
            if (_entries.ContainsKey((failure.Id, failure.Revision)))
            {
                return false;
            }

            if (_entries.Count >= MaxCount || _weight + WeightOf(failure.Id) > MaxWeight)
            {
                _hasRefused = true;
                return null;
            }

            var entry = new Entry();
            entry.Wait(attempts: 1, time);
            Insert(failure.Id, failure.Revision, entry);
            return true;
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<PostponedRevision> Snapshot()
    {
        lock (_gate)
        {
            return [.. _entries.Select(static each => new PostponedRevision(each.Key.Id, each.Key.Revision, each.Value.Attempts))];
        }
    }

    /// <summary>Documents whose revisions are due, those first that were asked for longest ago.</summary>
    /// <param name="time">The time.</param>
    /// <param name="isLast">Whether to give those, too, that this run has not asked for again yet.</param>
    public IReadOnlyList<PeerChange> Due(TimeProvider time, bool isLast)
    {
        lock (_gate)
        {
            return [.. _entries
                .Where(each => each.Value.DueIn(time) <= TimeSpan.Zero || (isLast && !each.Value.WasRetried))
                .OrderBy(static each => each.Value.Turn)
                .GroupBy(static each => each.Key.Id, static each => each.Key.Revision)
                .Select(static document => new PeerChange("0", document.Key, [.. document]))];
        }
    }

    /// <summary>A document was asked for: what did not fail has come, or is not to be had any more.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <param name="failures">What was not sent whole again: it, or what descends from it.</param>
    /// <param name="time">The time.</param>
    /// <returns>How many descendants were postponed in its place.</returns>
    public int Settle(PeerChange asked, IReadOnlyList<WriteFailure> failures, TimeProvider time)
    {
        lock (_gate)
        {
            var attempts = 1 + asked.Leaves.Max(leaf => _entries.TryGetValue((asked.Id, leaf), out var entry) ? entry.Attempts : 0);
            var added = failures.Select(failure => failure.Id == asked.Id ? Add(failure, time) : null).ToList();
            foreach (var leaf in asked.Leaves)
            {
                // Where there is no room for its descendants, it stands for them.
                if (!added.Contains(null) && !failures.Any(failure => failure.Revision == leaf))
                {
                    Remove(asked.Id, leaf);
                }
            }

            Delay(asked with { Leaves = [.. asked.Leaves.Concat(failures.Select(static failure => failure.Revision))] }, attempts, time);
            return added.Count(static isNew => isNew == true);
        }
    }

    /// <summary>A document could not be asked for, or not to the end.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <param name="wasTried">Whether that was tried.</param>
    /// <param name="time">The time.</param>
    public void Defer(PeerChange asked, bool wasTried, TimeProvider time)
    {
        lock (_gate)
        {
            foreach (var leaf in asked.Leaves)
            {
                if (_entries.TryGetValue((asked.Id, leaf), out var entry))
                {
                    entry.Wait(entry.Attempts + (wasTried ? 1 : 0), time);
                    entry.Turn = wasTried ? ++_turns : entry.Turn;
                    entry.WasRetried |= wasTried;
                }
            }
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
        TimeSpan due;
        lock (_gate)
        {
            woken = _woken.Task;
            due = _entries.Count == 0 ? Timeout.InfiniteTimeSpan : _entries.Values.Min(entry => entry.DueIn(time));
            due = due < TimeSpan.Zero && _entries.Count > 0 ? TimeSpan.Zero : due;
        }

        try
        {
            await woken.WaitAsync(due, time, cancellation);
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

    /// <summary>About how many bytes of a checkpoint a revision takes.</summary>
    private static int WeightOf(string id) => 100 + (6 * id.Length);

    private void Insert(string id, RevisionId revision, Entry entry)
    {
        _entries.Add((id, revision), entry);
        _weight += WeightOf(id);
        Version++;
        _woken.TrySetResult();
    }

    private void Remove(string id, RevisionId revision)
    {
        if (_entries.Remove((id, revision)))
        {
            _weight -= WeightOf(id);
            _hasRefused = false;
            Version++;
        }
    }

    private void Delay(PeerChange asked, int attempts, TimeProvider time)
    {
        foreach (var leaf in asked.Leaves)
        {
            if (_entries.TryGetValue((asked.Id, leaf), out var entry))
            {
                entry.Wait(attempts, time);
                entry.Turn = ++_turns;
                entry.WasRetried = true;
            }
        }
    }

    /// <summary>When a revision is asked for next.</summary>
    private sealed class Entry
    {
        private long _since;
        private TimeSpan _delay;

        public int Attempts { get; set; }

        /// <summary>Whether this run has asked for it again.</summary>
        public bool WasRetried { get; set; }

        /// <summary>Grows with each time that it is asked for.</summary>
        public long Turn { get; set; }

        public void Wait(int attempts, TimeProvider time)
        {
            Attempts = attempts;
            _since = time.GetTimestamp();
            _delay = FirstDelay * Math.Pow(2, Math.Min(attempts - 1, MaxDoublings));
            _delay = _delay < LongestDelay ? _delay : LongestDelay;
        }

        public TimeSpan DueIn(TimeProvider time) => _delay == TimeSpan.Zero ? TimeSpan.Zero : _delay - time.GetElapsedTime(_since);
    }
}
