using System.Globalization;
using CloudWall.Node.Configuration;

namespace CloudWall.Node.Identifiers;

/// <summary>
/// Generates ids for documents without an id and for <c>/_uuids</c>: 32 hexadecimal digits by one of CouchDB's algorithms (its
/// documentation: "UUIDs Configuration").
/// </summary>
public sealed class UuidGenerator
{
    private const int PrefixLength = 26;
    private const int Overflow = 0xfff000;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Randomness _randomness;
    private readonly Func<NodeSettings> _settings;
    private string _prefix = string.Empty;
    private int _counter = Overflow;
    private long _lastMicroseconds;

    /// <summary>Creates a generator that goes by the settings <c>[uuids] algorithm</c> and <c>utc_id_suffix</c>.</summary>
    public UuidGenerator(Func<NodeSettings> settings, TimeProvider time, Randomness randomness)
    {
        _settings = settings;
        _time = time;
        _randomness = randomness;
    }

    /// <summary>The next id.</summary>
    public string Next()
    {
        var settings = _settings();
        return settings.UuidAlgorithm switch
        {
            "random" => _randomness.Hex(32),
            "utc_random" => Timestamp() + _randomness.Hex(18),
            "utc_id" => Timestamp() + settings.UuidSuffix,
            _ => Sequential(),
        };
    }

    // A random prefix that stays, and a suffix that grows in random steps: consecutive ids are neighbours in the store.
    private string Sequential()
    {
        lock (_lock)
        {
            if (_counter >= Overflow)
            {
                _prefix = _randomness.Hex(PrefixLength);
                _counter = _randomness.Between(1, 0xffe);
            }

            var id = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_counter:x6}");
            _counter += _randomness.Between(1, 0xffe);
            return id;
        }
    }

    private string Timestamp()
    {
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        lock (_lock)
        {
            _lastMicroseconds = Math.Max(now, _lastMicroseconds + 1);
            return _lastMicroseconds.ToString("x14", CultureInfo.InvariantCulture);
        }
    }
}
