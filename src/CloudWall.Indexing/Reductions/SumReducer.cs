using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using CloudWall.Documents;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>
/// <c>_sum</c>: adds numbers, arrays by element and objects by member. As in CouchDB, a value that cannot be added turns the sum into an
/// error object, and so every sum that includes it.
/// </summary>
internal sealed class SumReducer : BuiltinReducer
{
    private const string Error = "builtin_reduce_error";

    private const string Reason =
        "The _sum function requires that map values be numbers, arrays of numbers, or objects. Objects cannot be mixed with other data "
        + "structures. Objects can be arbitrarily nested, provided that the values for all fields are themselves numbers, arrays of "
        + "numbers, or objects.";

    /// <summary>A sum longer than this must be shorter than half of its input, or it would grow with the view.</summary>
    private const int LongSum = 4906;

    /// <summary>Integers up to this size convert to doubles without loss.</summary>
    private const long ExactIntegers = 1L << 53;

    protected override byte[] Reduce(IReadOnlyList<ReduceRow> rows)
    {
        var values = new ReadOnlyMemory<byte>[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = rows[i].Value;
        }

        return Add(values);
    }

    protected override byte[] Rereduce(IReadOnlyList<byte[]> states)
    {
        var values = new ReadOnlyMemory<byte>[states.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = states[i];
        }

        return Add(values);
    }

    private static byte[] Add(ReadOnlyMemory<byte>[] values)
    {
        if (TryAddNumbers(values) is { } number)
        {
            return SumValue.Of(number).ToJson();
        }

        if (TryAdd(values, out var sum) is { } failed)
        {
            // CouchDB adds from the end, so that it names the last value that cannot be added.
            Array.Reverse(values);
            return TryAdd(values, out _) ?? failed;
        }

        var input = values.Sum(static value => (long)value.Length);
        var json = sum.ToJson();
        return json.Length > LongSum && json.Length * 2L > input
            ? WriteError($"Reduce output must shrink more rapidly: input size: {input} output size: {json.Length}", null)
            : json;
    }

    /// <returns>Null, or the error object in place of the sum.</returns>
    private static byte[]? TryAdd(ReadOnlyMemory<byte>[] values, out SumValue sum)
    {
        sum = SumValue.Zero;
        try
        {
            foreach (var value in values)
            {
                sum = Add(SumValue.Read(value.Span), sum);
            }

            return null;
        }
        catch (SumException failure)
        {
            return failure.Sum;
        }
    }

    /// <summary>Adds numbers fast, the common case, where no integer is large enough to lose digits.</summary>
    /// <returns>The sum; null where the general way is needed.</returns>
    private static ErlangNumber? TryAddNumbers(ReadOnlyMemory<byte>[] values)
    {
        var integers = Int128.Zero;
        var real = 0d;
        var isReal = false;
        foreach (var value in values)
        {
            var json = value.Span;
            if (Utf8Parser.TryParse(json, out long integer, out var read) && read == json.Length)
            {
                if (!isReal)
                {
                    integers += integer;
                    continue;
                }

                if (integer is < -ExactIntegers or > ExactIntegers)
                {
                    return null;
                }

                real += integer;
                continue;
            }

            if (json[0] is not ((byte)'-' or (>= (byte)'0' and <= (byte)'9'))
                || json.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0
                || !double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var next))
            {
                return null;
            }

            if (!isReal)
            {
                if (integers < -ExactIntegers || integers > ExactIntegers)
                {
                    return null;
                }

                (isReal, real) = (true, (double)integers);
            }

            real += next;
        }

        return !isReal ? ErlangNumber.Of((BigInteger)integers) : double.IsFinite(real) ? ErlangNumber.OfReal(real) : null;
    }

    private static SumValue Add(SumValue value, SumValue sum)
    {
        if (sum.Other is not null)
        {
            throw Refuse(sum);
        }

        if (value.Number is { } number)
        {
            return sum.Number is { } other ? SumValue.Of(other + number)
                : sum.Items is { } items ? AddArrays(items, [value])
                : throw Refuse(value);
        }

        if (value.Items is not null)
        {
            return sum.Items is { } items ? AddArrays(items, value.Items)
                : sum.Number is not null ? AddArrays([sum], value.Items)
                : throw Refuse(value);
        }

        if (value.Members is null)
        {
            throw Refuse(value);
        }

        foreach (var (name, member) in value.Members)
        {
            if (name == "error" && member.Other is { } text && text.AsSpan().SequenceEqual("\"builtin_reduce_error\""u8))
            {
                throw new SumException(value.ToJson());
            }
        }

        return sum.Members is not null ? AddObjects(value.Members, sum.Members)
            : sum.Number is { IsZeroInteger: true } ? value
            : throw Refuse(value);
    }

    private static SumValue AddArrays(List<SumValue> one, List<SumValue> other)
    {
        var items = new List<SumValue>(Math.Max(one.Count, other.Count));
        for (var i = 0; i < items.Capacity; i++)
        {
            items.Add(
                i >= one.Count ? other[i]
                : i >= other.Count ? one[i]
                : one[i].Number is { } a && other[i].Number is { } b ? SumValue.Of(a + b)
                : throw Refuse(SumValue.Of(other[i].Number is null ? other[i..] : one[i..])));
        }

        return SumValue.Of(items);
    }

    private static SumValue AddObjects(List<(string Name, SumValue Value)> one, List<(string Name, SumValue Value)> other)
    {
        var members = new SortedDictionary<string, SumValue>(Utf8Order.Instance);
        foreach (var (name, value) in other)
        {
            members[name] = value;
        }

        foreach (var (name, value) in one)
        {
            members[name] = members.TryGetValue(name, out var sum) ? Add(value, sum) : value;
        }

        return SumValue.Of([.. members.Select(static member => (member.Key, member.Value))]);
    }

    private static SumException Refuse(SumValue cause) => new(WriteError(Reason, cause.ToJson()));

    private static byte[] WriteError(string reason, byte[]? cause)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write("{\"error\":"u8);
        SumValue.WriteText(Error, output);
        output.Write(",\"reason\":"u8);
        SumValue.WriteText(reason, output);
        if (cause is not null)
        {
            output.Write(",\"caused_by\":"u8);
            output.Write(cause);
        }

        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Ends an addition with the error object in place of the sum.</summary>
    private sealed class SumException(byte[] sum) : Exception
    {
        public byte[] Sum => sum;
    }
}
