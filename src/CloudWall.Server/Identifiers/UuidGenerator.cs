using System.Globalization;
using System.Security.Cryptography;
using CloudWall.Server.Configuration;

namespace CloudWall.Server.Identifiers;

/// <summary>
/// Ids for documents that come without one, and for <c>/_uuids</c>: 32 hexadecimal digits by one of CouchDB's algorithms
/// (its documentation: "UUIDs Configuration").
/// </summary>
internal sealed class UuidGenerator
{
    private const int PrefixLength = 26;
    private const int Overflow = 0xfff000;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly string _algorithm;
    private readonly string _suffix;
    private string _prefix = string.Empty;
    private int _counter = Overflow;
    private long _lastMicroseconds;

    /// <summary>By the settings <c>[uuids] algorithm</c> and <c>utc_id_suffix</c>.</summary>
    public UuidGenerator(NodeSettings settings, TimeProvider time)
    {
        _algorithm = settings.UuidAlgorithm;
        _suffix = settings.UuidSuffix;
        _time = time;
    }

    /// <summary>The next id.</summary>
    public string Next() => _algorithm switch
    {
        "random" => RandomNumberGenerator.GetHexString(32, lowercase: true),
        "utc_random" => Timestamp() + RandomNumberGenerator.GetHexString(18, lowercase: true),
        "utc_id" => Timestamp() + _suffix,
        _ => Sequential(),
    };

    // A random beginning that stays, and an end that grows in steps of random size: ids made together lie together.
    private string Sequential()
    {
        lock (_lock)
        {
            if (_counter >= Overflow)
            {
                _prefix = RandomNumberGenerator.GetHexString(PrefixLength, lowercase: true);
                _counter = RandomNumberGenerator.GetInt32(1, 0xffe);
            }

            var id = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_counter:x6}");
            _counter += RandomNumberGenerator.GetInt32(1, 0xffe);
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
