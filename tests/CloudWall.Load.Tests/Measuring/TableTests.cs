using CloudWall.Load.Measuring;

namespace CloudWall.Load.Tests.Measuring;

public class TableTests
{
    [Fact]
    public void A_table_has_columns_for_people()
    {
        var table = new Table(markdown: false, "work", "rate");
        table.Add("GET", "1,000");
        table.Add("_all_docs", "7");

        Assert.Equal(
            """
            work        rate
            GET        1,000
            _all_docs      7

            """,
            table.ToString());
    }

    [Fact]
    public void A_table_has_bars_for_documents()
    {
        var table = new Table(markdown: true, "work", "rate");
        table.Add("GET", "1,000");

        Assert.Equal(
            """
            | work | rate |
            | --- | ---: |
            | GET | 1,000 |

            """,
            table.ToString());
    }

    [Fact]
    public void Runs_of_a_work_add_up()
    {
        var measurement = new Measurement();
        measurement.Add(100, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(500));
        measurement.Add(300, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(500));

        Assert.Equal(200, measurement.Rate);
        Assert.Equal(200, measurement.ServerMicroseconds);
        Assert.Equal(0.5, measurement.GeneratorShare);
    }
}
