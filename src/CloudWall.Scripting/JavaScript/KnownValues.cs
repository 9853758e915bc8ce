using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CloudWall.Scripting.JavaScript;

/// <summary>What is known of things by their names, while it takes little memory: when it would take more, all is forgotten.</summary>
/// <param name="most">Bytes that it may take, by and large.</param>
/// <param name="forgotten">Told of each value that is known no more.</param>
internal sealed class KnownValues<TName, TValue>(long most, Action<TValue>? forgotten = null)
    where TName : notnull
    where TValue : class
{
    /// <summary>What a value takes with its name, apart from their texts.</summary>
    private const int Fixed = 200;

    /// <summary>What a character or a byte takes, or a name: some are kept as text and as JSON, and in tables.</summary>
    private const int Each = 8;

    private readonly ConcurrentDictionary<TName, Known> _values = new();
    private long _size;

    /// <summary>How many are known.</summary>
    public int Count => _values.Count;

    /// <summary>Bytes that they take, by and large.</summary>
    public long Bytes => Interlocked.Read(ref _size);

    /// <summary>Finds a value.</summary>
    public bool TryGet(TName name, [MaybeNullWhen(false)] out TValue value)
    {
        value = _values.TryGetValue(name, out var known) ? known.Value : null;
        return value is not null;
    }

    /// <summary>Knows a value, unless another is known.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">It.</param>
    /// <param name="length">How long it is, with its name.</param>
    /// <returns>That which is known.</returns>
    public TValue GetOrAdd(TName name, TValue value, long length)
    {
        var made = new Known(value, Fixed + (Each * length));
        if (Bytes + made.Size > most)
        {
            Clear();
        }

        var known = _values.GetOrAdd(name, made);
        if (ReferenceEquals(known, made))
        {
            Interlocked.Add(ref _size, made.Size);
        }

        return known.Value;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        foreach (var name in _values.Keys)
        {
            if (_values.TryRemove(name, out var known))
            {
                Interlocked.Add(ref _size, -known.Size);
                forgotten?.Invoke(known.Value);
            }
        }
    }

    private sealed record Known(TValue Value, long Size);
}
