using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Tests.Views;

/// <summary>Labels of long keys, which keys are added to in any order.</summary>
public sealed class LongKeyLabelTests
{
    [Theory]
    [InlineData("at the end", 5000, 8)]
    [InlineData("at the beginning", 5000, 8)]
    [InlineData("always in one place", 500, 500)]
    [InlineData("anywhere", 3000, 16)]
    public void A_label_is_between_two_others(string where, int count, int longest)
    {
        var random = new Random(3);
        var labels = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            var at = where switch
            {
                "at the end" => labels.Count,
                "at the beginning" => 0,
                "always in one place" => labels.Count / 2,
                _ => random.Next(labels.Count + 1),
            };
            byte[] before = at == 0 ? [] : labels[at - 1];
            byte[] after = at == labels.Count ? [] : labels[at];
            var label = LongKeyLabel.Between(before, after, halfway: random.Next(4) == 0 && where == "anywhere");
            Assert.True(before.AsSpan().SequenceCompareTo(label) < 0);
            Assert.True(after.Length == 0 || label.AsSpan().SequenceCompareTo(after) < 0);
            Assert.Equal(label.Length, LongKeyLabel.LengthAt([.. label, 1, 2, 3]));
            Assert.InRange(label.Length, 8, longest);
            labels.Insert(at, label);
        }

        Assert.Equal(-1, LongKeyLabel.LengthAt([1, 2, 3]));
    }
}
