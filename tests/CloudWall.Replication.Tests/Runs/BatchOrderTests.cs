using CloudWall.Replication.Runs;
using CsCheck;

namespace CloudWall.Replication.Tests.Runs;

public sealed class BatchOrderTests
{
    [Fact]
    public void Whatever_the_order_of_ends_nothing_is_passed_that_has_not_ended() =>
        Gen.Int[1, 30].SelectMany(count => Gen.Shuffle(Enumerable.Range(0, count).ToArray())).Sample(order =>
        {
            var batches = new BatchOrder();
            var open = Enumerable.Range(0, order.Length).Select(i => batches.Add($"{i}")).ToArray();
            var ended = new HashSet<int>();
            var through = -1;
            foreach (var i in order)
            {
                ended.Add(i);
                if (batches.End(open[i]) is { } sequence)
                {
                    through = int.Parse(sequence, System.Globalization.CultureInfo.InvariantCulture);
                }

                var expected = Enumerable.Range(0, order.Length).TakeWhile(ended.Contains).DefaultIfEmpty(-1).Last();
                Assert.Equal(expected, through);
            }
        });
}
