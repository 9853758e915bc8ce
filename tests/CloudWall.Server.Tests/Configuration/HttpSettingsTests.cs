using System.Net;
using CloudWall.Server.Configuration;
using CloudWall.Settings;

namespace CloudWall.Server.Tests.Configuration;

public sealed class HttpSettingsTests
{
    [Fact]
    public void Defaults_are_those_of_CouchDB()
    {
        var settings = Read();
        Assert.Equal(5984, settings.Port);
        Assert.Equal(IPAddress.Loopback, settings.BindAddress);
        Assert.Equal(4294967296, settings.MaxHttpRequestSize);
        Assert.Equal(TimeSpan.FromMinutes(1), settings.ChangesTimeout);
        Assert.Equal(1000, settings.MaxUuids);
    }

    [Theory]
    [InlineData("chttpd", "port", "x", "[chttpd] port must be a whole number from 0 to 65535, not \"x\" (from test).")]
    [InlineData("chttpd", "port", "65536", "[chttpd] port must be a whole number from 0 to 65535, not \"65536\" (from test).")]
    [InlineData("chttpd", "bind_address", "here", "[chttpd] bind_address must be an IP address, or any, not \"here\" (from test).")]
    [InlineData("chttpd", "buffer_response", "yes", "[chttpd] buffer_response must be true or false, not \"yes\" (from test).")]
    public void Says_what_is_wrong_and_where_it_stands(string section, string key, string value, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => Read((section, key, value))).Message);

    [Fact]
    public void A_later_source_wins()
    {
        var settings = new SettingsStore(HttpSettings.All);
        settings.Add([("chttpd", "port", "1"), ("uuids", "max_count", "2")], "first");
        settings.Add([("chttpd", "port", "3")], "second");
        var read = HttpSettings.From(settings);
        Assert.Equal((3, 2), (read.Port, read.MaxUuids));
    }

    [Fact]
    public void Finds_what_CouchDB_has_moved_and_tells_what_has_no_effect()
    {
        var settings = new SettingsStore(HttpSettings.All);
        settings.Add([("httpd", "changes_timeout", "5"), ("httpd", "port", "5986"), ("chttpd", "prot", "1")], "test");
        var read = HttpSettings.From(settings);
        Assert.Equal((TimeSpan.FromMilliseconds(5), 5984), (read.ChangesTimeout, read.Port));
        Assert.Equal(["[chttpd] prot (from test)", "[httpd] port (from test)"], settings.Unknown);
    }

    private static HttpSettings Read(params (string, string, string)[] values)
    {
        var settings = new SettingsStore(HttpSettings.All);
        settings.Add(values, "test");
        return HttpSettings.From(settings);
    }
}
