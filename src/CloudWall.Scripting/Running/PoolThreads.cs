using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.Running;

/// <summary>
/// Threads of the pool that functions may run on: those that have as much stack left as a thread for functions. The program's
/// configuration says how much they begin with (<c>System.Threading.DefaultStackSize</c>); where it says nothing, they have too little.
/// </summary>
internal static class PoolThreads
{
    /// <summary>What compiled code may take, and what the host needs below it for what code calls.</summary>
    private const int Needed = WasmSettings.WasmStack + (6 << 20);

    /// <summary>After so many calls on a thread, memory of its stack goes back to the system although all of them were short.</summary>
    private const int MostCalls = 100;

    /// <summary>In less time, a call cannot have touched more than a few megabytes of stack.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);

    [ThreadStatic]
    private static int _calls;

    /// <summary>Whether functions may run on the calling thread.</summary>
    public static bool CanRunHere =>
        ScriptPlace.Current is null && Thread.CurrentThread.IsThreadPoolThread && StackMemory.Left >= Needed;

    /// <summary>A call has ended on the calling thread.</summary>
    /// <param name="took">How long it took.</param>
    public static void AfterCall(TimeSpan took)
    {
        if (took >= Short || ++_calls >= MostCalls)
        {
            _calls = 0;
            StackMemory.Release(StackMemory.Left);
        }
    }
}
