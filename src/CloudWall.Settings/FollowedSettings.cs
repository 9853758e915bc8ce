namespace CloudWall.Settings;

/// <summary>What a feature needs of the settings, as it is at present (<see cref="SettingsStore.Follow"/>).</summary>
/// <typeparam name="T">The options of the feature.</typeparam>
public sealed class FollowedSettings<T>
    where T : class
{
    private volatile T _value;

    internal FollowedSettings(T value) => _value = value;

    /// <summary>The present options. Keep them for as long as a request takes, so that it does not see halves of two.</summary>
    public T Value
    {
        get => _value;
        internal set => _value = value;
    }
}
