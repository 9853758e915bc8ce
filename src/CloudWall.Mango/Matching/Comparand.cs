using System.Buffers;
using System.Buffers.Text;
using CloudWall.Indexing.Collation;

namespace CloudWall.Mango.Matching;

/// <summary>
/// A value that others are compared with, in the order of views (<see cref="JsonCollation"/>). What needs no collation is decided without
/// it.
/// </summary>
internal sealed class Comparand
{
    private const long MostExact = 1L << 53;

    /// <summary>Printable ASCII: such texts are equal in the order of views only where they are the same.</summary>
    private static readonly SearchValues<byte> Printable =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(static value => (byte)value)]);

    private readonly byte[] _json;
    private readonly CollationOrder _order;
    private readonly int _rank;
    private readonly bool _isPrintable;
    private readonly long? _integer;
    private readonly double? _real;

    /// <summary>Prepares the value.</summary>
    /// <param name="json">The value in normal form.</param>
    /// <param name="order">The order.</param>
    public Comparand(ReadOnlyMemory<byte> json, CollationOrder order)
    {
        _json = json.ToArray();
        _order = order;
        _rank = Rank(_json[0], order);
        _isPrintable = _json[0] == '"' && IsPrintable(_json);
        if (_json[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
        {
            (_integer, _real) = ReadNumber(_json);
        }
    }

    /// <summary>Whether a value is equal.</summary>
    public bool IsEqualTo(ReadOnlySpan<byte> value) =>
        value.SequenceEqual(_json)
        || (!(_json[0] == '"' && (value[0] != '"' || (_isPrintable && IsPrintable(value)))) && Compare(value) == 0);

    /// <summary>Compares a value with this one.</summary>
    /// <returns>Negative, zero or positive, as the value comes before, with or after this one.</returns>
    public int Compare(ReadOnlySpan<byte> value)
    {
        var rank = Rank(value[0], _order);
        if (rank != _rank)
        {
            return rank - _rank;
        }

        switch (value[0])
        {
            case (byte)'n' or (byte)'t' or (byte)'f':
                return 0;
            case (byte)'{' or (byte)'[':
                return JsonCollation.Compare(value, _json, _order);
            case (byte)'"':
                return value.SequenceEqual(_json) ? 0 : JsonCollation.Compare(value, _json, _order);
            default:
                var (integer, real) = ReadNumber(value);
                return integer is { } one && _integer is { } other ? one.CompareTo(other)
                    : real is { } a && _real is { } b ? a.CompareTo(b)
                    : JsonCollation.Compare(value, _json, _order);
        }
    }

    private static bool IsPrintable(ReadOnlySpan<byte> json) => !json.ContainsAnyExcept(Printable);

    /// <summary>A number: as an integer where it is one, and as a real number where that is exact.</summary>
    private static (long? Integer, double? Real) ReadNumber(ReadOnlySpan<byte> json)
    {
        if (Utf8Parser.TryParse(json, out long integer, out var length) && length == json.Length)
        {
            return (integer, Math.Abs((double)integer) < MostExact ? integer : null);
        }

        return json.IndexOfAny((byte)'.', (byte)'e') >= 0 && Utf8Parser.TryParse(json, out double real, out length) && length == json.Length
            ? (null, real)
            : (null, null);
    }

    private static int Rank(byte first, CollationOrder order) => (first, order) switch
    {
        ((byte)'n', CollationOrder.Unicode) => 1,
        ((byte)'f', _) => 2,
        ((byte)'t', CollationOrder.Unicode) => 3,
        ((byte)'"', CollationOrder.Unicode) => 5,
        ((byte)'{', CollationOrder.Unicode) => 7,
        ((byte)'n', _) => 3,
        ((byte)'t', _) => 4,
        ((byte)'"', _) => 7,
        ((byte)'{', _) => 5,
        ((byte)'[', _) => 6,
        (_, CollationOrder.Unicode) => 4,
        _ => 1,
    };
}
