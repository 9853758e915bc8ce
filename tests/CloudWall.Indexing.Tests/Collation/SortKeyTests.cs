using System.Buffers;
using System.Globalization;
using System.Text;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Collation;
using CsCheck;
using SortKey = CloudWall.Indexing.Collation.SortKey;

namespace CloudWall.Indexing.Tests.Collation;

public sealed class SortKeyTests
{
    private static readonly Gen<string> Numbers = Gen.OneOf<string>(
        Gen.Int[-3, 3].Select(n => n.ToString(CultureInfo.InvariantCulture)),
        Gen.Long.Select(n => n.ToString(CultureInfo.InvariantCulture)),
        Gen.Int[-9, 9].Select(n => (n / 4.0).ToString("0.0##", CultureInfo.InvariantCulture)),
        Gen.Double.Where(double.IsFinite).Select(n => n.ToString("R", CultureInfo.InvariantCulture)),
        Gen.Select(Gen.Long, Gen.ULong).Select((high, low) => ((Int128)high * 1_000_000_007 * (low % 1000)).ToString(CultureInfo.InvariantCulture)),
        Gen.Long[9007199254740990, 9007199254740995].Select(n => n.ToString(CultureInfo.InvariantCulture)),
        Gen.OneOf("9007199254740992.0", "1e100", "-1e100", "1" + new string('0', 100), "1" + new string('0', 99) + "1", "0.0", "18446744073709551616"));

    private static readonly Gen<string> Texts = Gen.OneOf<string>(
        Gen.OneOf("", "a", "A", "b", "ab", "aB", "ä", "a\\u0000", "a\\u0000b", "\\\"", "é", "e\u0301", "ａ", "\\n", "😀", "中"),
        Gen.Char["ab\u0301 -_É中z"].Array[0, 4].Select(characters => new string(characters)),
        Gen.Int[0, 0x10FFFF].Where(Rune.IsValid).Select(value => new Rune(value)).Where(rune => rune.Value >= 0x20 && rune.Value is not ('"' or '\\'))
            .Select(rune => rune.ToString())).Select(text => $"\"{text}\"");

    private static readonly Gen<string> Values = Gen.Recursive<string>((depth, values) => depth > 3
        ? Numbers
        : Gen.Frequency(
            (2, Gen.OneOf("null", "false", "true")),
            (4, Numbers),
            (5, Texts),
            (2, values.Array[0, 3].Select(items => $"[{string.Join(',', items)}]")),
            (2, Gen.Select(Texts, values).Array[0, 3].Select(
                members => $"{{{string.Join(',', members.Select(member => $"{member.Item1}:{member.Item2}"))}}}"))));

    [Theory]
    [InlineData(CollationOrder.Unicode)]
    [InlineData(CollationOrder.Raw)]
    public void Sort_keys_order_as_the_comparator_does(CollationOrder order) =>
        Gen.Select(Values, Values).Sample(
            (one, other) =>
            {
                var a = RecordedOrderTests.Normalize(one);
                var b = RecordedOrderTests.Normalize(other);
                var compared = Math.Sign(JsonCollation.Compare(a, b, order));
                Assert.Equal(-compared, Math.Sign(JsonCollation.Compare(b, a, order)));
                var keyA = RecordedOrderTests.Encode(a, order);
                var keyB = RecordedOrderTests.Encode(b, order);
                Assert.Equal(compared, Math.Sign(keyA.AsSpan().SequenceCompareTo(keyB)));
                Assert.False(compared != 0 && keyA.AsSpan().StartsWith(keyB));
            },
            iter: 20_000);

    [Theory]
    [InlineData(CollationOrder.Unicode)]
    [InlineData(CollationOrder.Raw)]
    public void Plain_keys_have_the_same_bytes_the_quicker_way(CollationOrder order)
    {
        var plain = 0;
        Values.Sample(
            value =>
            {
                var json = RecordedOrderTests.Normalize(value);
                if (PlainJson.Is(json))
                {
                    Interlocked.Increment(ref plain);
                    var output = new ArrayBufferWriter<byte>();
                    SortKey.WritePlain(json, order, output);
                    Assert.Equal(RecordedOrderTests.Encode(json, order), output.WrittenSpan.ToArray());
                }
            },
            iter: 10_000);
        Assert.True(plain > 1000);
    }

    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("0", "-0.0")]
    [InlineData("1e21", "1000000000000000000000")]
    [InlineData("\"\\u00e9\"", "\"e\\u0301\"")]
    [InlineData("[\"a\",{\"b\":2}]", "[\"a\\u0000\",{\"b\\u0000\":2.0}]")]
    public void Keys_can_be_equal_without_being_the_same(string one, string other)
    {
        var a = RecordedOrderTests.Normalize(one);
        var b = RecordedOrderTests.Normalize(other);
        Assert.Equal(0, JsonCollation.Compare(a, b));
        Assert.Equal(RecordedOrderTests.Encode(a, CollationOrder.Unicode), RecordedOrderTests.Encode(b, CollationOrder.Unicode));
    }

    [Fact]
    public void The_first_elements_of_an_array_are_the_beginning_of_its_sort_key()
    {
        var key = RecordedOrderTests.Normalize("[1,[2,\"x\"],{\"a\":3},4]");
        var whole = RecordedOrderTests.Encode(key, CollationOrder.Unicode);
        for (var elements = 1; elements <= 4; elements++)
        {
            var prefix = new ArrayBufferWriter<byte>();
            SortKey.Write(key, CollationOrder.Unicode, elements, prefix);
            Assert.True(whole.AsSpan().StartsWith(prefix.WrittenSpan));
            Assert.True(prefix.WrittenCount < whole.Length);
        }

        var all = new ArrayBufferWriter<byte>();
        SortKey.Write(key, CollationOrder.Unicode, 5, all);
        Assert.Equal(whole, all.WrittenSpan.ToArray());
    }

    [Fact]
    public void Long_strings_and_deep_arrays_have_sort_keys()
    {
        var text = RecordedOrderTests.Normalize($"\"{new string('ä', 100_000)}\"");
        var longer = RecordedOrderTests.Normalize($"\"{new string('ä', 100_001)}\"");
        Assert.True(RecordedOrderTests.Encode(text, CollationOrder.Unicode).AsSpan()
            .SequenceCompareTo(RecordedOrderTests.Encode(longer, CollationOrder.Unicode)) < 0);
        var deep = Encoding.UTF8.GetBytes(new string('[', 5000) + new string(']', 5000));
        Assert.Equal(10_000, RecordedOrderTests.Encode(deep, CollationOrder.Unicode).Length);
    }

    [Fact]
    public void There_is_a_collation() => JsonCollation.EnsureAvailable();
}
