using CloudWall.Documents.Sequences;
using CsCheck;

namespace CloudWall.Documents.Tests.Sequences;

public class SequenceTokensTests
{
    private const string Ours = "0123456789abcdef0123456789abcdef";
    private const string Theirs = "fedcba98765432100123456789abcdef";

    private static readonly Gen<long> Sequence = Gen.OneOf(Gen.Long[0, 1000], Gen.Long[0, long.MaxValue]);
    private static readonly Gen<string> Incarnation = Gen.Byte.Array[16].Select(static bytes => Convert.ToHexStringLower(bytes));

    [Fact]
    public void A_token_is_read_back_by_the_incarnation_that_minted_it() =>
        Gen.Select(Incarnation, Sequence).Sample(static (incarnation, sequence) =>
        {
            var tokens = new SequenceTokens(incarnation);
            var origin = tokens.Parse(tokens.Format(sequence), out var read);
            return origin == SequenceOrigin.Here && read == sequence;
        });

    [Fact]
    public void The_same_sequence_has_the_same_token_which_begins_with_it()
    {
        var token = new SequenceTokens(Ours).Format(1234);

        Assert.Equal(token, new SequenceTokens(Ours).Format(1234));
        Assert.StartsWith("1234-", token, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bytes_of_a_token_are_its_text() =>
        Sequence.Sample(static sequence =>
        {
            Span<byte> bytes = stackalloc byte[SequenceTokens.MaxLength];
            var tokens = new SequenceTokens(Ours);
            return System.Text.Encoding.UTF8.GetString(bytes[..tokens.Format(sequence, bytes)]) == tokens.Format(sequence);
        });

    [Fact]
    public void A_token_of_another_incarnation_stands_for_the_beginning() =>
        Sequence.Sample(static sequence =>
            new SequenceTokens(Ours).Parse(new SequenceTokens(Theirs).Format(sequence), out var read) == SequenceOrigin.Elsewhere
            && read == 0);

    [Fact]
    public void Quotes_around_a_token_do_not_matter()
    {
        var tokens = new SequenceTokens(Ours);

        Assert.Equal(SequenceOrigin.Here, tokens.Parse($"\"{tokens.Format(7)}\"", out var read));
        Assert.Equal(7, read);
    }

    [Fact]
    public void A_token_with_any_character_changed_is_refused() =>
        Gen.Select(Sequence, Gen.Int[0, SequenceTokens.MaxLength], Gen.Char['!', 'z']).Sample(static (sequence, position, replacement) =>
        {
            var tokens = new SequenceTokens(Ours);
            var text = tokens.Format(sequence).ToCharArray();
            position %= text.Length;
            var same = text[position] == replacement;
            text[position] = replacement;
            var origin = tokens.Parse(text, out var read);
            return same ? origin == SequenceOrigin.Here && read == sequence : origin == SequenceOrigin.Malformed && read == 0;
        });

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("3")]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("now")]
    [InlineData("3-garbage")]
    [InlineData("3-")]
    [InlineData("\"0\"")]
    [InlineData("\"")]
    [InlineData("3-g1AAAACTeJzLYWBgYMpgTmHgz8tPSTV0MDQy1zMAQsMckEQiQ1L9____szKYExlzgQLsBikp")]
    [InlineData("99999999999999999999-AAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Text_that_was_never_minted_is_refused(string text)
    {
        Assert.Equal(SequenceOrigin.Malformed, new SequenceTokens(Ours).Parse(text, out var read));
        Assert.Equal(0, read);
    }

    /// <summary>Review, house A5: checkpoints that earlier versions wrote for databases of the node itself.</summary>
    [Fact]
    public void A_token_of_an_earlier_version_is_read_by_the_incarnation_that_minted_it()
    {
        var tokens = new SequenceTokens(Ours);

        Assert.Equal(SequenceOrigin.Here, tokens.Parse($"12-{Ours}", out var here));
        Assert.Equal(12, here);
        Assert.Equal(SequenceOrigin.Elsewhere, tokens.Parse($"\"12-{Theirs}\"", out var elsewhere));
        Assert.Equal(0, elsewhere);
        Assert.Equal(SequenceOrigin.Malformed, tokens.Parse($"12-{Ours[1..]}g", out _));
    }

    [Fact]
    public void A_client_begins_where_it_says_or_at_the_beginning_where_the_database_was_put_back()
    {
        var tokens = new SequenceTokens(Ours);

        Assert.Equal(0, tokens.ResolveSince("0", 9));
        Assert.Equal(9, tokens.ResolveSince("now", 9));
        Assert.Equal(5, tokens.ResolveSince(tokens.Format(5), 9));
        Assert.Equal(0, tokens.ResolveSince(tokens.Format(10), 9));
        Assert.Equal(0, tokens.ResolveSince(new SequenceTokens(Theirs).Format(5), 9));
        Assert.Equal(400, Assert.Throws<DocumentException>(() => tokens.ResolveSince("5", 9)).Error.Status);
    }

    [Fact]
    public void Any_other_text_is_refused() =>
        Gen.String.Sample(static text => new SequenceTokens(Ours).Parse(text, out _) == SequenceOrigin.Malformed);
}
