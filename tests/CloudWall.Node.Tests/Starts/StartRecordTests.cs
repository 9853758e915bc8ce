using CloudWall.Node.Starts;
using CloudWall.Scripting.Tests;
using CloudWall.Server.Tests;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Node.Tests.Starts;

/// <summary>Which ends of a node count as crashes. A run that is forgotten rather than disposed of is one that was killed.</summary>
public sealed class StartRecordTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "starts");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Ends_within_the_first_minute_count()
    {
        Assert.Equal(0, Run());
        Assert.Equal(1, Run(lasts: StartRecord.CrashWindow - TimeSpan.FromSeconds(1)));
        Assert.Equal(2, Run());
        Assert.Equal(3, Run());
    }

    [Fact]
    public void Later_ends_do_not_count_and_forget_nothing()
    {
        Assert.Equal(0, Run());
        Assert.Equal(1, Run(lasts: StartRecord.CrashWindow));
        Assert.Equal(1, Run(lasts: StartRecord.ResetAfter - TimeSpan.FromSeconds(1)));
        Assert.Equal(1, Run());
    }

    [Fact]
    public void A_run_of_ten_minutes_forgets_crashes()
    {
        Run();
        Run();
        Assert.Equal(2, Run(lasts: StartRecord.ResetAfter));
        Assert.Equal(0, Run());
        Assert.Equal(1, Run());
    }

    /// <summary>Review, house A8: a node that has run for long does not wake up for its record.</summary>
    [Fact]
    public void A_timer_runs_only_while_there_is_something_to_record()
    {
        var time = new CountedTimers();
        using (StartRecord.Begin(File, "boot", time))
        {
            Assert.Equal(1, time.Active);
            time.Advance(StartRecord.CrashWindow);
            Assert.Equal(0, time.Active);
        }

        Run();
        using (StartRecord.Begin(File, "boot", time))
        {
            time.Advance(StartRecord.CrashWindow);
            Assert.Equal(1, time.Active);
            time.Advance(StartRecord.ResetAfter - StartRecord.CrashWindow);
            Assert.Equal(0, time.Active);
        }
    }

    [Fact]
    public void An_orderly_end_is_no_crash()
    {
        Run();
        Assert.Equal(1, Run(isOrderly: true));
        Assert.Equal(1, Run(isOrderly: true));
    }

    [Fact]
    public void A_pulled_plug_is_no_crash()
    {
        Run(boot: "one");
        Assert.Equal(0, Run(boot: "two"));
        Assert.Equal(1, Run(boot: "two"));
        Assert.Equal(2, Run(boot: "two"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("three boot starting")]
    [InlineData("-1 boot starting")]
    public void A_damaged_record_counts_as_none(string content)
    {
        System.IO.File.WriteAllText(File, content);
        Assert.Equal(0, Run());
        Assert.Equal(1, Run());
    }

    [Fact]
    public void A_record_that_cannot_be_written_keeps_nothing_from_starting()
    {
        Directory.CreateDirectory(File);
        Assert.Equal(0, Run(isOrderly: true));
    }

    [Fact]
    public void The_system_names_its_boot()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a boot_id.");
        Assert.Equal(36, StartRecord.ReadBoot().Length);
        Assert.Equal(StartRecord.ReadBoot(), StartRecord.ReadBoot());
    }

    /// <summary>Runs for a time and then ends, in order or by force.</summary>
    /// <returns>How many crashes were counted at its start.</returns>
    private int Run(TimeSpan lasts = default, string boot = "boot", bool isOrderly = false)
    {
        var time = new FakeTimeProvider();
        var record = StartRecord.Begin(File, boot, time);
        time.Advance(lasts);
        if (isOrderly)
        {
            record.Dispose();
        }

        return record.Crashes;
    }
}
