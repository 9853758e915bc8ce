using System.Net;

namespace CloudWall.Settings.Tests;

public sealed class SettingKindTests
{
    [Theory]
    [InlineData("7", 7L)]
    [InlineData("infinity", null)]
    public void A_number_may_be_without_end(string text, long? expected)
    {
        Assert.True(SettingKinds.NumberOrInfinity(0).TryParse(text, out var value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void Spans_are_read_in_their_unit_and_written_in_it()
    {
        Assert.True(SettingKinds.Milliseconds().TryParse("1500", out var value));
        Assert.Equal(TimeSpan.FromSeconds(1.5), value);
        Assert.Equal("1500", SettingKinds.Milliseconds().Format(value));
        Assert.Equal("300", SettingKinds.Seconds().Format(TimeSpan.FromMinutes(5)));
        Assert.False(SettingKinds.Milliseconds().TryParse("0", out _));
        Assert.Equal("a whole number of at least 1, in milliseconds", SettingKinds.Milliseconds().Wanted);
        Assert.Equal("a whole number from 0 to 9", SettingKinds.Count(0, 9).Wanted);
    }

    [Theory]
    [InlineData("any", "::")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("nowhere", null)]
    public void An_address_may_have_a_name(string text, string? expected)
    {
        Assert.Equal(expected is not null, SettingKinds.Address.TryParse(text, out var value));
        Assert.True(expected is null || IPAddress.Parse(expected).Equals(value));
    }

    [Fact]
    public void Names_stand_for_values()
    {
        var kind = SettingKinds.Choice(("warning", 1), ("warn", 1), ("error", 2));
        Assert.True(kind.TryParse("warn", out var value));
        Assert.Equal("warning", kind.Format(value));
        Assert.False(kind.TryParse("Warning", out _));
        Assert.Equal("one of warning, warn, error", kind.Wanted);
    }

    [Fact]
    public void A_list_has_no_empty_parts()
    {
        Assert.True(SettingKinds.List.TryParse(" a, b,,c ", out var value));
        Assert.Equal(["a", "b", "c"], value);
    }
}
