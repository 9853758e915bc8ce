using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using CloudWall.Documents.Json;

namespace CloudWall.Indexing.Reductions;

/// <summary>A number in CouchDB's arithmetic: an integer of any size, or a double.</summary>
internal readonly struct ErlangNumber
{
    private readonly BigInteger _integer;
    private readonly double _real;

    private ErlangNumber(BigInteger integer, double real, bool isReal)
    {
        _integer = integer;
        _real = real;
        IsReal = isReal;
    }

    public bool IsReal { get; }

    public bool IsZeroInteger => !IsReal && _integer.IsZero;

    private double Real => IsReal ? _real : (double)_integer;

    public static ErlangNumber Of(BigInteger integer) => new(integer, 0, isReal: false);

    public static ErlangNumber OfReal(double real) => new(default, real, isReal: true);

    public static ErlangNumber Read(ReadOnlySpan<byte> json) =>
        json.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0
            ? Of(long.TryParse(json, CultureInfo.InvariantCulture, out var small)
                ? small
                : BigInteger.Parse(Encoding.ASCII.GetString(json), CultureInfo.InvariantCulture))
            : new ErlangNumber(default, double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture), isReal: true);

    public static ErlangNumber operator +(ErlangNumber a, ErlangNumber b) =>
        a.IsReal || b.IsReal ? new ErlangNumber(default, Finite(a.Real + b.Real), isReal: true) : Of(a._integer + b._integer);

    public static ErlangNumber operator *(ErlangNumber a, ErlangNumber b) =>
        a.IsReal || b.IsReal ? new ErlangNumber(default, Finite(a.Real * b.Real), isReal: true) : Of(a._integer * b._integer);

    /// <summary>Compares exactly, also an integer with a double.</summary>
    public int CompareTo(ErlangNumber other)
    {
        if (!IsReal && !other.IsReal)
        {
            return _integer.CompareTo(other._integer);
        }

        if (IsReal && other.IsReal)
        {
            return _real.CompareTo(other._real);
        }

        if (!IsReal)
        {
            return -other.CompareTo(this);
        }

        var compared = new BigInteger(Math.Floor(_real)).CompareTo(other._integer);
        return compared != 0 ? compared : _real > Math.Floor(_real) ? 1 : 0;
    }

    public void Write(IBufferWriter<byte> output)
    {
        if (!IsReal)
        {
            output.Write(Encoding.ASCII.GetBytes(_integer.ToString(CultureInfo.InvariantCulture)));
            return;
        }

        var text = _real.ToString("R", CultureInfo.InvariantCulture);
        JsonNormalForm.Write(Encoding.ASCII.GetBytes(text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text), output);
    }

    public override string ToString()
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    private static double Finite(double value) =>
        double.IsFinite(value) ? value : throw ReductionErrors.Invalid("a number is out of range");
}
