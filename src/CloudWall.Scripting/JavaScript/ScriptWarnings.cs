using System.Globalization;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Warnings about what functions cannot take: each document may be the reason for one. Of those that are more than the log should have in a
/// minute, it has the number.
/// </summary>
/// <param name="scope">The database.</param>
/// <param name="options">The log, the clock, and how much a call may log: as much as all warnings of a minute.</param>
internal sealed class ScriptWarnings(string scope, ScriptHostOptions options)
{
    /// <summary>What a line costs beside its characters.</summary>
    private const int LineCost = 100;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _began;
    private int _written;
    private int _left;

    /// <summary>Writes one, or counts it.</summary>
    public void Write(string text)
    {
        var left = 0;
        lock (_lock)
        {
            if (_written > 0 && options.Time.GetElapsedTime(_began) >= Period)
            {
                (left, _left, _written) = (_left, 0, 0);
            }

            if (_written >= options.Limits.LogBytes)
            {
                _left++;
                return;
            }

            _began = _written == 0 ? options.Time.GetTimestamp() : _began;
            _written += text.Length + LineCost;
            if (_written >= options.Limits.LogBytes)
            {
                text += " (more warnings of this minute are counted only)";
            }
        }

        if (left > 0)
        {
            Log(string.Create(CultureInfo.InvariantCulture, $"{left} warnings like the last ones were left out"));
        }

        Log(text);
    }

    private void Log(string text) => options.Log(new ScriptLogEntry(scope, text, IsWarning: true));
}
