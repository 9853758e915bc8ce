using System.Runtime.InteropServices;

namespace CloudWall.Scripting.Running;

/// <summary>
/// A clock of the processor time that the calling thread has used: what is measured by it must begin and end on one thread. It does not go
/// on while the thread waits for a processor.
/// </summary>
internal sealed partial class ThreadTime : TimeProvider
{
    private const int ThreadClock = 3;

    private static readonly ThreadTime? Shared = OperatingSystem.IsLinux() && Environment.Is64BitProcess ? new ThreadTime() : null;

    private ThreadTime()
    {
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <summary>
    /// The clock for calls whose node has another: that one, where it is not the system's or the system has none of threads.
    /// </summary>
    public static TimeProvider Beside(TimeProvider time) => time == System && Shared is { } shared ? shared : time;

    /// <inheritdoc/>
    public override long GetTimestamp() =>
        ReadClock(ThreadClock, out var time) == 0 ? (time.Seconds * TimestampFrequency) + time.Nanoseconds : 0;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Reading time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Reading
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
