using System.Globalization;
using System.Text;
using CloudWall.Storage;

namespace CloudWall.Node.Starts;

/// <summary>
/// Counts crashes soon after a start, in a file of the data directory. A node whose jobs crash it again and again must start without
/// them, so that its operator can reach it. A run without <see cref="Dispose"/> was a crash, unless the machine has restarted since,
/// which means a power failure. Only crashes within the first minute count, and a run of ten minutes resets the count.
/// </summary>
public sealed class StartRecord : IDisposable
{
    /// <summary>The boot id where the system has none: there, every run without an orderly end counts as a crash.</summary>
    public const string UnknownBoot = "-";

    /// <summary>After this many crashes, a node starts without jobs.</summary>
    public const int MostCrashes = 3;

    /// <summary>A crash after this time was not caused by what the start began.</summary>
    public static readonly TimeSpan CrashWindow = TimeSpan.FromMinutes(1);

    /// <summary>A run of this length resets the count of crashes.</summary>
    public static readonly TimeSpan ResetAfter = TimeSpan.FromMinutes(10);

    private const string Starting = "starting";
    private const string Running = "running";
    private const string Ended = "ended";

    private readonly Lock _gate = new();
    private readonly string _file;
    private readonly string _boot;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ITimer _timer;
    private int _crashes;
    private string _state = Starting;

    private StartRecord(string file, string boot, int crashes, TimeProvider time)
    {
        (_file, _boot, _crashes, _time) = (file, boot, crashes, time);
        _began = time.GetTimestamp();
        Crashes = crashes;
        Write();
        _timer = time.CreateTimer(static record => ((StartRecord)record!).OnTimer(), this, CrashWindow, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The number of crashes that were counted before this run.</summary>
    public int Crashes { get; }

    /// <summary>Evaluates how the last run ended, and starts recording this one.</summary>
    /// <param name="file">The file of the record. A file that cannot be read counts as no record.</param>
    /// <param name="boot">A text that changes when the machine starts (<see cref="ReadBoot"/>).</param>
    /// <param name="time">The clock.</param>
    public static StartRecord Begin(string file, string boot, TimeProvider time)
    {
        var (crashes, lastBoot, state) = Read(file);
        return new StartRecord(file, boot, state == Starting && lastBoot == boot ? crashes + 1 : crashes, time);
    }

    /// <summary>The system's boot id (Linux: <c>boot_id</c>); <see cref="UnknownBoot"/> where it has none.</summary>
    public static string ReadBoot()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() is { Length: > 0 } boot ? boot : UnknownBoot;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return UnknownBoot;
        }
    }

    /// <summary>Records an orderly end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_state != Ended)
            {
                _timer.Dispose();
                _state = Ended;
                Write();
            }
        }
    }

    private static (int Crashes, string Boot, string State) Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Split(' ', '\n') is [var count, var boot, var state, ..]
                && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var crashes)
                ? (crashes, boot, state)
                : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_state == Ended)
            {
                return;
            }

            _state = Running;
            if (_crashes > 0)
            {
                // A suspended machine calls the timer late, so the rest is measured.
                var rest = ResetAfter - _time.GetElapsedTime(_began);
                if (rest > TimeSpan.Zero)
                {
                    _timer.Change(rest, Timeout.InfiniteTimeSpan);
                }
                else
                {
                    _crashes = 0;
                }
            }

            Write();
        }
    }

    private void Write()
    {
        try
        {
            DurableDirectory.Replace(
                _file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_crashes} {_boot} {_state}\n")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must neither keep the node from starting nor end it.
        }
    }
}
