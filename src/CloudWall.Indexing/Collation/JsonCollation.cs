using System.Buffers;
using System.Text.Json;

namespace CloudWall.Indexing.Collation;

/// <summary>
/// CouchDB's order of JSON values ("View Collation" in its documentation): by kind; numbers by value; strings by Unicode's root
/// collation; arrays by elements; objects by members in the order that they have, each by name and then by value. Values can be equal
/// without being the same: 1 and 1.0, or strings that differ in characters that the collation ignores. A view's rows of equal keys are
/// in the order of their documents' ids, and are one group.
/// </summary>
public static class JsonCollation
{
    private const int StackCharacters = 128;

    /// <summary>What tells the collation of strings from that of another ICU: see <see cref="EnsureAvailable"/> too.</summary>
    public static string Version => StringCollation.Version;

    /// <summary>The version of ICU's root collation, as ICU writes it.</summary>
    public static string CollatorVersion => StringCollation.CollatorVersion;

    /// <summary>To be called when a node starts.</summary>
    /// <exception cref="PlatformNotSupportedException">The runtime has no collation (globalization-invariant mode).</exception>
    public static void EnsureAvailable() => StringCollation.EnsureAvailable();

    /// <summary>Compares two JSON values in normal form, as UTF-8.</summary>
    /// <returns>Less than, equal to or more than 0 as the first comes before, with or after the second.</returns>
    /// <exception cref="InvalidDataException">A number is beyond 2^32767.</exception>
    public static int Compare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, CollationOrder order = CollationOrder.Unicode)
    {
        var a = JsonTokens.Read(one);
        var b = JsonTokens.Read(other);

        // Both have the same structure up to where they differ.
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
