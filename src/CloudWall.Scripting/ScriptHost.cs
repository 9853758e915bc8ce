using System.Security.Cryptography;
using System.Text;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting;

/// <summary>
/// Compiled functions of design documents, kept by what they are made of: whoever asks twice for the same gets the same. What nobody has
/// used for a while is dropped, as is what is longest unused when there is too much. A set of functions belongs to one scope, so that no
/// engine ever serves two databases.
/// </summary>
public sealed class ScriptHost : IDisposable
{
    private const string NoCoffeeScript =
        "coffeescript: there is no compiler for it here. Store the functions as JavaScript, which it compiles to, or name a program that runs "
        + "them in COUCHDB_QUERY_SERVER_COFFEESCRIPT.";

    private readonly Dictionary<string, ScriptEngineFactory> _factories;
    private readonly ScriptHostOptions _options;
    private readonly Dictionary<Key, Entry> _entries = [];
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private bool _disposed;

    /// <summary>A host for the languages of the factories given.</summary>
    /// <param name="options">How functions are kept, and what they may use.</param>
    /// <param name="runner">Where functions run; it ends with the host.</param>
    /// <param name="factories">What runs the functions of each language.</param>
    public ScriptHost(ScriptHostOptions options, ScriptRunner runner, params IEnumerable<ScriptEngineFactory> factories)
    {
        _options = options;
        Runner = runner;
        _factories = factories.ToDictionary(factory => factory.Language, StringComparer.OrdinalIgnoreCase);
        _timer = options.Time.CreateTimer(static state => ((ScriptHost)state!).DropIdle(), this, options.IdleTime, options.IdleTime);
    }

    /// <summary>Where functions run.</summary>
    public ScriptRunner Runner { get; }

    /// <summary>How many sets of functions are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Whether functions in that language can be run.</summary>
    public bool Knows(string language) => _factories.ContainsKey(language);

    /// <summary>
    /// Functions of some kind, which are compiled where functions run if they are not known: nobody else's thread waits for them.
    /// </summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="get">Gets them.</param>
    /// <param name="cancellation">Gives up waiting for a place.</param>
    /// <exception cref="ScriptException">They do not compile.</exception>
    public Task<T> CompileAsync<T>(string scope, Func<ScriptHost, T> get, CancellationToken cancellation)
        where T : ScriptFunctions => Runner.RunAsync(scope, () => get(this), cancellation);

    /// <summary>The map functions of a view group.</summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="source">Their text.</param>
    /// <exception cref="ScriptException"><c>unknown_query_language</c> or <c>compilation_error</c>.</exception>
    public MapFunctions Maps(string scope, MapSource source)
    {
        var key = new Key(scope, source.Language, Hash('m', source.Functions, source.Library.Span));
        return Get(key, () => Factory(source.Language).CreateMaps(scope, source, _options));
    }

    /// <summary>Reduce functions of a view group.</summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="source">Their text.</param>
    /// <exception cref="ScriptException"><c>unknown_query_language</c> or <c>compilation_error</c>.</exception>
    public ReduceFunctions Reduces(string scope, ReduceSource source)
    {
        var key = new Key(scope, source.Language, Hash('r', source.Functions, default));
        return Get(key, () => Factory(source.Language).CreateReduces(scope, source, _options));
    }

    /// <summary>The other functions of a design document.</summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="source">The design document.</param>
    /// <exception cref="ScriptException"><c>unknown_query_language</c>, or the document cannot be read.</exception>
    public DesignFunctions Design(string scope, DesignSource source)
    {
        var key = new Key(scope, source.Language, Hash('d', [], source.Document.Span));
        return Get(key, () => Factory(source.Language).CreateDesign(scope, source, _options));
    }

    /// <summary>Drops what nobody has used for <see cref="ScriptHostOptions.IdleTime"/>. The host's timer does so, too.</summary>
    public void DropIdle()
    {
        var before = _options.Time.GetTimestamp() - (long)(_options.IdleTime.TotalSeconds * _options.Time.TimestampFrequency);
        Drop(entry => entry.LastUse <= before);
    }

    /// <summary>Drops what belongs to a database that is gone.</summary>
    public void DropScope(string scope) => Drop(entry => entry.Key.Scope == scope);

    /// <summary>Drops everything and stops the timer.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _timer.Dispose();
        Drop(static _ => true);
        foreach (var factory in _factories.Values.OfType<IDisposable>())
        {
            factory.Dispose();
        }

        Runner.Dispose();
    }

    private static string Hash(char kind, IReadOnlyList<string> functions, ReadOnlySpan<byte> json)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        hash.AppendData([(byte)kind]);
        foreach (var function in functions)
        {
            BitConverter.TryWriteBytes(length, function.Length);
            hash.AppendData(length);
            hash.AppendData(Encoding.Unicode.GetBytes(function));
        }
        hash.AppendData(json);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private ScriptEngineFactory Factory(string language) =>
        _factories.TryGetValue(language, out var factory)
            ? factory
            : throw new ScriptException(
                "unknown_query_language", language.Equals("coffeescript", StringComparison.OrdinalIgnoreCase) ? NoCoffeeScript : language);

    private T Get<T>(Key key, Func<T> create)
        where T : ScriptFunctions
    {
        Entry? evicted = null;
        Entry entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue(key, out var known))
            {
                if (_entries.Count >= Math.Max(1, _options.Capacity))
                {
                    evicted = _entries.Values.MinBy(entry => entry.LastUse);
                    _entries.Remove(evicted!.Key);
                }

                _entries.Add(key, known = new Entry(key, create));
            }

            known.LastUse = _options.Time.GetTimestamp();
            entry = known;
        }

        evicted?.ReleaseIdle();
        try
        {
            // Compiled outside the lock, and once: whoever asks meanwhile waits for it.
            return (T)entry.Functions.Value;
        }
        catch
        {
            lock (_lock)
            {
                if (_entries.TryGetValue(key, out var failed) && failed == entry)
                {
                    _entries.Remove(key);
                }
            }

            throw;
        }
    }

    private void Drop(Func<Entry, bool> which)
    {
        List<Entry> dropped;
        lock (_lock)
        {
            dropped = [.. _entries.Values.Where(which)];
            foreach (var entry in dropped)
            {
                _entries.Remove(entry.Key);
            }
        }
        foreach (var entry in dropped)
        {
            entry.ReleaseIdle();
        }
    }

    private readonly record struct Key(string Scope, string Language, string Signature);

    private sealed class Entry(Key key, Func<ScriptFunctions> create)
    {
        public Key Key { get; } = key;

        public Lazy<ScriptFunctions> Functions { get; } = new(create);

        public long LastUse { get; set; }

        public void ReleaseIdle()
        {
            if (Functions.IsValueCreated)
            {
                Functions.Value.ReleaseIdle();
            }
        }
    }
}
