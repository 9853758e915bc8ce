using System.Buffers;
using System.Text.Json;

namespace CloudWall.Indexing.Collation;

/// <summary>
/// CouchDB's order of JSON values (its documentation: "View Collation"): by type; numbers by value; strings by Unicode's root collation;
/// arrays by elements; objects by members in their order, each by name and then by value. Different values can be equal: 1 and 1.0, or
/// strings that differ only in characters that the collation ignores. Rows with equal keys are ordered by document id and form one group.
/// </summary>
public static class JsonCollation
{
    private const int StackCharacters = 128;

    /// <summary>Identifies the collation of strings, which differs between versions of ICU (see <see cref="EnsureAvailable"/>).</summary>
    public static string Version => StringCollation.Version;

    /// <summary>The version of ICU's root collation in ICU's notation.</summary>
    public static string CollatorVersion => StringCollation.CollatorVersion;

    /// <summary>Checks at the start of a node that the runtime has a collation.</summary>
    /// <exception cref="PlatformNotSupportedException">The runtime has no collation (globalization-invariant mode).</exception>
    public static void EnsureAvailable() => StringCollation.EnsureAvailable();

    /// <summary>Compares two JSON values in normal form, as UTF-8.</summary>
    /// <returns>Negative, zero or positive, as the first value comes before, with or after the second.</returns>
    /// <exception cref="InvalidDataException">A number is beyond 2^32767.</exception>
    public static int Compare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, CollationOrder order = CollationOrder.Unicode)
    {
        var a = JsonTokens.Read(one);
        var b = JsonTokens.Read(other);

        // Up to their first difference both values have the same structure.
        while (a.Read() && b.Read())
        {
            var result = JsonTokens.Rank(a.TokenType, order) - JsonTokens.Rank(b.TokenType, order);
            if (result == 0)
            {
                result = a.TokenType switch
                {
                    JsonTokenType.Number => CompareNumbers(a.ValueSpan, b.ValueSpan),
                    JsonTokenType.String or JsonTokenType.PropertyName => CompareTexts(ref a, ref b, order),
                    _ => 0,
                };
            }

            if (result != 0)
            {
                return result;
            }
        }

        return 0;
    }

    private static int CompareNumbers(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.SequenceEqual(other))
        {
            return 0;
        }

        var a = new ArrayBufferWriter<byte>(32);
        var b = new ArrayBufferWriter<byte>(32);
        SortableNumber.Write(one, a);
        SortableNumber.Write(other, b);
        return a.WrittenSpan.SequenceCompareTo(b.WrittenSpan);
    }

    private static int CompareTexts(ref Utf8JsonReader one, ref Utf8JsonReader other, CollationOrder order)
    {
        if (order == CollationOrder.Unicode)
        {
            var a = JsonTokens.Text(in one, stackalloc char[StackCharacters], out var rentedA);
            var b = JsonTokens.Text(in other, stackalloc char[StackCharacters], out var rentedB);
            var result = StringCollation.Compare(a, b);
            JsonTokens.Return(rentedA);
            JsonTokens.Return(rentedB);
            return result;
        }

        return one.ValueIsEscaped || other.ValueIsEscaped
            ? Unescape(ref one).AsSpan().SequenceCompareTo(Unescape(ref other))
            : one.ValueSpan.SequenceCompareTo(other.ValueSpan);
    }

    private static byte[] Unescape(ref Utf8JsonReader reader)
    {
        var bytes = new byte[reader.ValueSpan.Length];
        return bytes[..reader.CopyString(bytes)];
    }
}
