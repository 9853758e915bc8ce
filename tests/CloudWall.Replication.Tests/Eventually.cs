namespace CloudWall.Replication.Tests;

/// <summary>Waits for what other threads do.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds; fails where it never does.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="meanwhile">Done before each look; null for nothing.</param>
    public static async Task HoldsAsync(Func<bool> condition, Action? meanwhile = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            meanwhile?.Invoke();
            await Task.Delay(1, patience.Token);
        }
    }
}
