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
public sealed partial class ScriptHost : IDisposable
{
    private const string NoCoffeeScript =
        "coffeescript: there is no compiler for it here. Store the functions as JavaScript, which it compiles to, or name a program that runs "
        + "them in COUCHDB_QUERY_SERVER_COFFEESCRIPT.";

    private readonly Dictionary<string, ScriptEngineFactory> _factories;
    private readonly ScriptHostOptions _options;
    private readonly Dictionary<Key, Entry> _entries = [];
    private readonly Lock _lock = new();
    private readonly IdleTimer _timer;
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
        _timer = new IdleTimer(options.Time, options.IdleTime, DropIdle);
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
    /// The map functions of a view group. They are compiled in a place of their own if they are not known, once for all who ask meanwhile.
    /// </summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="source">Their text.</param>
    /// <param name="cancellation">Gives up; where nobody waits any more, they are not compiled unless that has begun.</param>
    /// <exception cref="ScriptException"><c>unknown_query_language</c> or <c>compilation_error</c>.</exception>
    public Task<MapFunctions> MapsAsync(string scope, MapSource source, CancellationToken cancellation) =>
        GetAsync(KeyOf(scope, source), () => Factory(source.Language).CreateMaps(scope, source, _options), cancellation);

    /// <summary>Likewise, for who has no place to run functions in, and waits; or who has one, in which they are compiled.</summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="source">Their text.</param>
    /// <exception cref="ScriptException"><c>unknown_query_language</c> or <c>compilation_error</c>.</exception>
    public MapFunctions Maps(string scope, MapSource source) =>
        Get(KeyOf(scope, source), () => Factory(source.Language).CreateMaps(scope, source, _options));

    /// <summary>Reduce functions of a view group, as <see cref="MapsAsync"/> gives map functions.</summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="source">Their text.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ScriptException"><c>unknown_query_language</c> or <c>compilation_error</c>.</exception>
    public Task<ReduceFunctions> ReducesAsync(string scope, ReduceSource source, CancellationToken cancellation) =>
        GetAsync(KeyOf(scope, source), () => Factory(source.Language).CreateReduces(scope, source, _options), cancellation);

    /// <summary>Likewise, as <see cref="Maps"/> gives map functions.</summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="source">Their text.</param>
    /// <exception cref="ScriptException"><c>unknown_query_language</c> or <c>compilation_error</c>.</exception>
    public ReduceFunctions Reduces(string scope, ReduceSource source) =>
        Get(KeyOf(scope, source), () => Factory(source.Language).CreateReduces(scope, source, _options));

    /// <summary>The other functions of a design document, each of which is compiled where it is called.</summary>
    /// <param name="scope">Who the functions belong to: the database.</param>
    /// <param name="source">The design document.</param>
    /// <exception cref="ScriptException"><c>unknown_query_language</c>, or the document cannot be read.</exception>
    public DesignFunctions Design(string scope, DesignSource source)
    {
        var key = new Key(scope, source.Language, Hash('d', [], source.Document.Span));
        return Known<DesignFunctions>(key) ?? Keep(key, Factory(source.Language).CreateDesign(scope, source, _options));
    }

    /// <summary>Functions that somebody has held for long are used, and kept from now on if they were dropped meanwhile.</summary>
    /// <returns>The functions, or others in their place that are made of the same.</returns>
    public T Use<T>(T functions)
        where T : ScriptFunctions => functions.Key is Key key ? Keep(key, functions) : functions;

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

    private static Key KeyOf(string scope, MapSource source) =>
        new(scope, source.Language, Hash('m', source.Functions, source.Library.Span));

    private static Key KeyOf(string scope, ReduceSource source) => new(scope, source.Language, Hash('r', source.Functions, default));

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

    /// <summary>
    /// Nobody who has a place waits for functions that another compiles: that one may wait for the place. They are compiled once more
    /// instead.
    /// </summary>
    private T Get<T>(Key key, Func<T> create)
        where T : ScriptFunctions =>
        ScriptPlace.Current is null
            ? GetAsync(key, create, CancellationToken.None).GetAwaiter().GetResult()
            : Known<T>(key) ?? Keep(key, create());

    private async Task<T> GetAsync<T>(Key key, Func<T> create, CancellationToken cancellation)
        where T : ScriptFunctions
    {
        Entry? evicted;
        Entry entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            evicted = FindOrAdd(key, out entry);
            entry.Waiting++;
        }

        evicted?.ReleaseIdle();
        try
        {
            return (T)await entry.CompileAsync(() => CompileAsync(entry, create)).WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            StopWaiting(entry);
        }
    }

    private async Task<ScriptFunctions> CompileAsync<T>(Entry entry, Func<T> create)
        where T : ScriptFunctions
    {
        try
        {
            var functions = await Runner.RunAsync(entry.Key.Scope, create, entry.GivenUp.Token).ConfigureAwait(false);
            functions.Key = entry.Key;
            List<ScriptFunctions> released;
            lock (_lock)
            {
                released = entry.TakeOthers();
                if (_entries.TryGetValue(entry.Key, out var present) && present == entry)
                {
                    entry.Functions = functions;
                    Shrink(entry, released);
                }
                else
                {
                    // Dropped before it was there.
                    released.Add(functions);
                }
            }

            Release(released);
            return functions;
        }
        catch
        {
            List<ScriptFunctions> released;
            lock (_lock)
            {
                Remove(entry);
                released = entry.TakeOthers();
            }

            Release(released);
            throw;
        }
    }

    private static void Release(List<ScriptFunctions> functions) => functions.ForEach(static one => one.ReleaseIdle());

    private void StopWaiting(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Waiting > 0 || entry.IsCompiled)
            {
                return;
            }

            Remove(entry);
        }

        entry.GivenUp.Cancel();
    }

    private T? Known<T>(Key key)
        where T : ScriptFunctions
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue(key, out var entry) || entry.Functions is not T functions)
            {
                return null;
            }

            entry.LastUse = _options.Time.GetTimestamp();
            return functions;
        }
    }

    /// <summary>Keeps functions, unless others have been kept meanwhile, or are being compiled.</summary>
    /// <returns>Those that are kept; these where there are none yet, and then until there are.</returns>
    private T Keep<T>(Key key, T functions)
        where T : ScriptFunctions
    {
        Entry? evicted;
        List<ScriptFunctions> released = [];
        T result;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            evicted = FindOrAdd(key, out var entry);
            if (entry.Functions is null)
            {
                if (entry.Waiting == 0 && entry.Keep(functions))
                {
                    Shrink(entry, released);
                }
                else
                {
                    entry.AddOther(functions);
                }
            }

            result = entry.Functions as T ?? functions;
            if (result != functions)
            {
                released.Add(functions);
            }
            else
            {
                functions.Resume();
            }
        }

        evicted?.ReleaseIdle();
        Release(released);
        return result;
    }

    /// <summary>Lets sets go that were used longest ago, until the text of those that are kept is as short as it should be.</summary>
    private void Shrink(Entry newest, List<ScriptFunctions> released)
    {
        var bytes = _entries.Values.Sum(static entry => entry.Functions?.SourceBytes ?? 0);
        while (bytes > _options.SourceMemory
            && _entries.Values.Where(entry => entry != newest && entry.Functions is not null)
                .MinBy(static entry => entry.LastUse) is { } oldest)
        {
            bytes -= oldest.Functions!.SourceBytes;
            released.Add(oldest.Functions);
            _entries.Remove(oldest.Key);
        }
    }

    private Entry? FindOrAdd(Key key, out Entry entry)
    {
        Entry? evicted = null;
        if (_entries.TryGetValue(key, out var known))
        {
            entry = known;
        }
        else
        {
            if (_entries.Count >= Math.Max(1, _options.Capacity))
            {
                evicted = _entries.Values.MinBy(entry => entry.LastUse);
                _entries.Remove(evicted!.Key);
            }

            _entries.Add(key, entry = new Entry(key));
            _timer.Start();
        }

        entry.LastUse = _options.Time.GetTimestamp();
        return evicted;
    }

    private void Remove(Entry entry)
    {
        if (_entries.TryGetValue(entry.Key, out var present) && present == entry)
        {
            _entries.Remove(entry.Key);
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

            if (!_disposed)
            {
                _timer.Continue(_entries.Count > 0 ? _entries.Values.Min(static entry => entry.LastUse) : null);
            }
        }

        foreach (var entry in dropped)
        {
            entry.ReleaseIdle();
        }
    }

    private readonly record struct Key(string Scope, string Language, string Signature);
}
