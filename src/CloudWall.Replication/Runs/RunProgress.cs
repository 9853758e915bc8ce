using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Runs;

/// <summary>How far a run has come: written by the run, read by whoever asks.</summary>
public sealed class RunProgress
{
    private readonly Lock _gate = new();
    private ReplicationStatistics _statistics = new();
    private RunPosition _position = RunPosition.Start;
    private volatile bool _standsStill;

    /// <summary>What has been done, with what was done in earlier sessions.</summary>
    public ReplicationStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return _statistics;
            }
        }
    }

    /// <summary>Where it is in the source's changes.</summary>
    public RunPosition Position
    {
        get
        {
            lock (_gate)
            {
                return _position;
            }
        }
    }

    /// <summary>Whether the source sends the same changes over and over, as far as is known: to copy them is no progress.</summary>
    internal bool StandsStill
    {
        get => _standsStill;
        set => _standsStill = value;
    }

    /// <summary>What its source did not send whole.</summary>
    internal PostponedRevisions Postponed { get; } = new();

    /// <summary>Begins with what earlier sessions have done.</summary>
    internal void Begin(ReplicationStatistics before, string sequence, string sourceSequence)
    {
        lock (_gate)
        {
            _statistics = ReplicationStatistics.Max(_statistics, before);
            _position = new RunPosition(sequence, sequence, sourceSequence, null);
        }
    }

    internal void Add(ReplicationStatistics done)
    {
        lock (_gate)
        {
            _statistics += done;
        }
    }

    /// <summary>Counts for <c>_bulk_get</c>, which the source keeps.</summary>
    internal void Count(Peer source, ref (long Attempts, long Documents) counted)
    {
        var (attempts, documents) = (source.BulkGetAttempts, source.BulkGetDocuments);
        Add(new ReplicationStatistics
        {
            BulkGetAttempts = attempts - counted.Attempts,
            BulkGetDocuments = documents - counted.Documents,
        });
        counted = (attempts, documents);
    }

    internal void Read(string sourceSequence, long? pending)
    {
        lock (_gate)
        {
            _position = _position with { Source = sourceSequence, Pending = pending };
        }
    }

    internal void Done(string sequence)
    {
        lock (_gate)
        {
            _position = _position with { Through = sequence };
        }
    }

    internal void Recorded(string sequence)
    {
        lock (_gate)
        {
            _position = _position with { Checkpoint = sequence };
        }
    }
}
