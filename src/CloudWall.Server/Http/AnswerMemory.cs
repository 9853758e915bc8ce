using CloudWall.Documents;
using CloudWall.Documents.Admission;

namespace CloudWall.Server.Http;

/// <summary>
/// The memory that all answers have together for what is on its way to their clients, beyond <see cref="Free"/> for each
/// (<c>[cloudwall] answer_memory</c>). A large piece, which is a document as a rule, takes its share before it is read and gives it back
/// when the client has taken it. Where none is left answers wait in turn, and whoever is slowest to take its piece is cut off: who takes
/// nothing for <see cref="Stall"/>, or lets its piece wait for <see cref="Slow"/> in all. An eighth is kept for pieces of middling size.
/// </summary>
internal sealed class AnswerMemory : IDisposable
{
    /// <summary>How many bytes each answer may hold without being counted.</summary>
    public const int Free = 64 * 1024;

    /// <summary>How long a client may take nothing while others wait.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may keep its piece waiting in all while others wait.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMinutes(5);

    private const int KeptForMiddling = 8;
    private const int MiddlingPart = 256;

    /// <summary>What was taken at a time is worth it to give memory back to the system afterwards.</summary>
    private const long Much = 64 << 20;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Part _middling;
    private readonly Part _large;
    private readonly long _largestMiddling;
    private readonly Action<long> _released;
    private readonly ITimer _timer;
    private bool _isWatching;
    private long _peak;

    /// <summary>Memory of which nothing is taken.</summary>
    /// <param name="capacity">How many bytes there are.</param>
    /// <param name="maxWaiting">How many answers that have not begun may wait; one more is refused at once.</param>
    /// <param name="patience">How long each of these may wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="released">Told how much was taken at a time, once all of it has been given back and it was much.</param>
    public AnswerMemory(long capacity, int maxWaiting, TimeSpan patience, TimeProvider time, Action<long> released)
    {
        var kept = capacity / KeptForMiddling;
        _middling = new Part(new AdmissionGate(kept, maxWaiting, patience, HttpErrors.NoMemory, time));
        _large = new Part(new AdmissionGate(capacity - kept, maxWaiting, patience, HttpErrors.NoMemory, time));
        _largestMiddling = capacity / MiddlingPart;
        _released = released;
        Time = time;
        _timer = time.CreateTimer(
            static self => ((AnswerMemory)self!).Watch(), this, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many bytes are taken now.</summary>
    public long Taken => _middling.Gate.Taken + _large.Gate.Taken;

    /// <summary>How many bytes there are.</summary>
    public long Capacity => _middling.Gate.Capacity + _large.Gate.Capacity;

    /// <summary>How many answers wait now.</summary>
    public int Waiting => _middling.Gate.Waiting + _large.Gate.Waiting;

    /// <summary>The clock.</summary>
    internal TimeProvider Time { get; }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Which part a piece is taken from.</summary>
    internal Part PartFor(long bytes) => bytes <= _largestMiddling ? _middling : _large;

    /// <summary>Somebody has taken some of it.</summary>
    internal void Add(AnswerShare share, Part part)
    {
        lock (_gate)
        {
            part.Holders.Add(share);
            _peak = Math.Max(_peak, Taken);
            if (part.IsOverfull)
            {
                BeginWatching();
            }
        }
    }

    /// <summary>It is given back.</summary>
    internal void Remove(AnswerShare share, Part part, long bytes)
    {
        long peak;
        lock (_gate)
        {
            part.Holders.Remove(share);
            part.Gate.Return(bytes);
            peak = Taken == 0 ? _peak : 0;
            _peak = peak > 0 ? 0 : _peak;
        }

        if (peak >= Much)
        {
            _released(peak);
        }
    }

    /// <summary>Waits for some of it.</summary>
    /// <exception cref="DocumentException">429: too many wait, or it took too long. Only where the answer has not begun.</exception>
    internal async ValueTask WaitAsync(Part part, long bytes, bool hasBegun, CancellationToken cancellation)
    {
        lock (_gate)
        {
            part.Wanted += bytes;
            BeginWatching();
        }

        try
        {
            await part.Gate.TakeAsync(bytes, already: 0, cancellation, unlimited: hasBegun);
        }
        finally
        {
            lock (_gate)
            {
                part.Wanted -= bytes;
            }
        }
    }

    private void BeginWatching()
    {
        if (!_isWatching)
        {
            _isWatching = true;
            _timer.Change(Period, Period);
        }
    }

    private void Watch()
    {
        var slowest = new List<AnswerShare>();
        lock (_gate)
        {
            _middling.Choose(slowest);
            _large.Choose(slowest);
            if (!_middling.IsShort && !_large.IsShort)
            {
                _isWatching = false;
                _timer.Change(System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var share in slowest)
        {
            share.Cut();
        }
    }

    /// <summary>A part of it, for pieces of some sizes.</summary>
    internal sealed class Part(AdmissionGate gate)
    {
        /// <summary>How much of it is taken.</summary>
        public AdmissionGate Gate => gate;

        /// <summary>Who has some of it.</summary>
        public HashSet<AnswerShare> Holders { get; } = [];

        /// <summary>How much is waited for.</summary>
        public long Wanted { get; set; }

        /// <summary>Whether more is taken than there is.</summary>
        public bool IsOverfull => gate.Taken > gate.Capacity;

        /// <summary>Whether there is less than is needed.</summary>
        public bool IsShort => Wanted > 0 || IsOverfull;

        /// <summary>Adds those who are to make room: the slowest, and no more of them than are in the way.</summary>
        public void Choose(List<AnswerShare> slowest)
        {
            if (!IsShort)
            {
                return;
            }

            var needed = Wanted + gate.Taken - gate.Capacity;
            foreach (var (share, _) in Holders
                .Select(static share => (Share: share, share.Waited))
                .Where(static holder => holder.Waited.Now >= Stall || holder.Waited.InAll >= Slow)
                .OrderByDescending(static holder => holder.Waited.InAll))
            {
                if (needed <= 0)
                {
                    return;
                }

                needed -= share.Bytes;
                slowest.Add(share);
            }
        }
    }
}
