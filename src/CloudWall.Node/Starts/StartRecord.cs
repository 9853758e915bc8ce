using System.Globalization;
using System.Text;
using CloudWall.Storage;

namespace CloudWall.Node.Starts;

/// <summary>
/// How often a node has crashed soon after its start, kept in a file of its data directory: whoever has to find out why must be able to
/// reach a node that its jobs bring down again and again. A run that is not followed by <see cref="Dispose"/> was a crash, unless the
/// machine has been started since: then its plug was pulled. Only crashes within the first minute count, and a run of ten minutes forgets
/// them.
/// </summary>
public sealed class StartRecord : IDisposable
{
    /// <summary>Which boot it is where the system does not say: every end that is not in order counts there.</summary>
    public const string UnknownBoot = "-";

    /// <summary>After so many crashes a node starts without jobs.</summary>
    public const int MostCrashes = 3;

    /// <summary>A run that ends later has not been ended by what it began with.</summary>
    public static readonly TimeSpan Young = TimeSpan.FromMinutes(1);

    /// <summary>A run of this length forgets crashes before it.</summary>
    public static readonly TimeSpan Clean = TimeSpan.FromMinutes(10);

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
        _timer = time.CreateTimer(static record => ((StartRecord)record!).Age(), this, Young, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many crashes were counted when this run began.</summary>
    public int Crashes { get; }

    /// <summary>Counts how the last run ended, and begins another.</summary>
    /// <param name="file">Where the record is kept. A file that cannot be read counts as none.</param>
    /// <param name="boot">What is another one each time that the machine is started (<see cref="ReadBoot"/>).</param>
    /// <param name="time">The clock.</param>
    public static StartRecord Begin(string file, string boot, TimeProvider time)
    {
        var (crashes, lastBoot, state) = Read(file);
        return new StartRecord(file, boot, state == Starting && lastBoot == boot ? crashes + 1 : crashes, time);
    }

    /// <summary>What the system calls this boot (Linux: <c>boot_id</c>); <see cref="UnknownBoot"/> where it does not say.</summary>
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

    /// <summary>The run ends in order.</summary>
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

    private void Age()
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
                // A machine that slept meanwhile has called late.
                var rest = Clean - _time.GetElapsedTime(_began);
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
            // A full disk must neither keep a node from starting nor end it.
        }
    }
}
