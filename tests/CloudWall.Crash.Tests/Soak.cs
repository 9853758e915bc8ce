using System.Globalization;

namespace CloudWall.Crash.Tests;

/// <summary>How long the tests go on, and how they wait.</summary>
internal static class Soak
{
    /// <summary>A number out of the environment.</summary>
    public static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>Waits for something that others bring about, or for their end.</summary>
    public static async Task UntilAsync(Func<bool> condition, Task work)
    {
        while (!condition() && !work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(1));
        }
    }
}
