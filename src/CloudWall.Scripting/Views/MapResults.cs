using System.Buffers;
using System.Runtime.CompilerServices;

namespace CloudWall.Scripting.Views;

/// <summary>The rows that a batch of documents gave, in buffers out of a pool until they are disposed.</summary>
public sealed class MapResults : IDisposable
{
    /// <summary>More rows, about 1 MiB of them, are left to the garbage collector: the pool would keep them.</summary>
    private const int MostPooled = 1 << 15;

    private readonly PooledBuffer _text = new();
    private Entry[] _rows = ArrayPool<Entry>.Shared.Rent(256);

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many of the documents were mapped: all, or the first of them where these gave many rows.</summary>
    public int Documents { get; set; }

    /// <summary>
    /// Whether a function ran out of time on the last of these documents, which has none of its rows: whoever has seen too many of them may
    /// end there.
    /// </summary>
    public bool RanOutOfTime { get; set; }

    /// <summary>Bytes that the rows take, about.</summary>
    public long Bytes => Position + ((long)Count * Unsafe.SizeOf<Entry>());

    /// <summary>A row, by position.</summary>
    public EmittedRow this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var row = _rows[index];
            var text = _text.WrittenMemory;
            return new EmittedRow(row.Document, row.Function, text[row.Key..row.Value], text[row.Value..row.End]);
        }
    }

    /// <summary>Where the text of the next row is written: first the key, then the value.</summary>
    public IBufferWriter<byte> Writer => _text;

    internal PooledBuffer Text => _text;

    /// <summary>Bytes written so far.</summary>
    public int Position => _text.WrittenCount;

    /// <summary>Adds a row whose key and value were just written.</summary>
    /// <param name="document">The position of the document in its batch.</param>
    /// <param name="function">The position of the map function.</param>
    /// <param name="key">Where its key begins: <see cref="Position"/> before it was written.</param>
    /// <param name="value">Where its value begins, which is where its key ends.</param>
    public void Add(int document, int function, int key, int value)
    {
        if (Count == _rows.Length)
        {
            var larger = Count * 2 <= MostPooled ? ArrayPool<Entry>.Shared.Rent(Count * 2) : new Entry[Count * 2];
            _rows.AsSpan(0, Count).CopyTo(larger);
            Return();
            _rows = larger;
        }
        _rows[Count++] = new Entry(document, function, key, value, _text.WrittenCount);
    }

    /// <summary>Takes rows and text back to an earlier state, when a function failed after it had emitted.</summary>
    /// <param name="count">An earlier <see cref="Count"/>.</param>
    /// <param name="position">The <see cref="Position"/> of that time.</param>
    public void Rewind(int count, int position)
    {
        Count = count;
        _text.Rewind(position);
    }

    /// <summary>Returns the buffers to their pool.</summary>
    public void Dispose()
    {
        Count = 0;
        _text.Dispose();
        Return();
        _rows = [];
    }

    private void Return()
    {
        if (_rows.Length is > 0 and <= MostPooled)
        {
            ArrayPool<Entry>.Shared.Return(_rows);
        }
    }

    private readonly record struct Entry(int Document, int Function, int Key, int Value, int End);
}
