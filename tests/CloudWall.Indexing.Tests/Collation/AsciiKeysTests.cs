using System.Buffers;
using System.Text;
using CloudWall.Indexing.Collation;
using CsCheck;

namespace CloudWall.Indexing.Tests.Collation;

public sealed class AsciiKeysTests
{
    private static readonly Gen<char> Character = Gen.Frequency(
        (3, Gen.Char[' ', '~']), (2, Gen.Char['0', '9']), (2, Gen.Char['a', 'z']), (2, Gen.Char['A', 'Z']), (1, Gen.OneOf<char>('-', '_', ' ', '.', '$')));

    [Fact]
    public void A_string_has_the_key_that_ICU_gives_it() => Character.Array[1, 64].Select(static characters => new string(characters)).Sample(
        static text =>
        {
            var output = new ArrayBufferWriter<byte>();
            var known = AsciiKeys.TryWrite(Encoding.ASCII.GetBytes(text), output);
            Assert.Equal(!text.Contains('W'), known);
            Assert.True(!known || output.WrittenSpan.SequenceEqual(StringCollation.SortKey(text)));
        },
        iter: 50_000);

    [Fact]
    public void All_pairs_of_characters_have_the_keys_that_ICU_gives_them()
    {
        var known = 0;
        for (var first = ' '; first <= '~'; first++)
        {
            for (var second = ' '; second <= '~'; second++)
            {
                var text = $"{second}{first}{second}{second}";
                var output = new ArrayBufferWriter<byte>();
                if (AsciiKeys.TryWrite(Encoding.ASCII.GetBytes(text), output))
                {
                    known++;
                    Assert.Equal(StringCollation.SortKey(text).ToArray(), output.WrittenSpan.ToArray());
                }
            }
        }

        Assert.True(known > 90 * 90);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u0001")]
    [InlineData("a\u007f")]
    [InlineData("Ågren")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Others_are_left_alone(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.False(AsciiKeys.TryWrite(Encoding.UTF8.GetBytes(text), output));
        Assert.Equal(0, output.WrittenCount);
    }
}
