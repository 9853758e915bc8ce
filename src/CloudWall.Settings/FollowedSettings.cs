namespace CloudWall.Settings;

/// <summary>The current options of a feature, updated when settings change (<see cref="SettingsStore.Follow"/>).</summary>
/// <typeparam name="T">The options of the feature.</typeparam>
public sealed class FollowedSettings<T>
    where T : class
{
    private volatile T _value;

    internal FollowedSettings(T value) => _value = value;

    /// <summary>Raised after the options were read again, on the thread that changed a setting.</summary>
    public event Action? Changed;

    /// <summary>
    /// The current options. A request reads this once and keeps the result, so that it does not mix old and new options.
    /// </summary>
    public T Value
    {
        get => _value;
        internal set
        {
            _value = value;
            Changed?.Invoke();
        }
    }
}
