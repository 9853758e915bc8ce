using System.Net;
using System.Net.Sockets;
using CloudWall.Load.Measuring;

namespace CloudWall.Load.Tests.Measuring;

public class ProcessTests
{
    [Theory]
    [InlineData("42 (cloudwall) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 7 3 20 0 9 0 100 1 2")]
    [InlineData("42 (a) b (c)) R 1 42 42 0 -1 4194304 100 0 0 0 250 50 7 3 20 0 9 0 100 1 2")]
    public void Processor_time_is_read_past_any_name(string line)
    {
        var stat = ProcessStat.Parse(line);

        Assert.Equal(new ProcessStat(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(100)), stat);
        Assert.Equal(TimeSpan.FromSeconds(3.1), stat.WithEnded);
    }

    [Theory]
    [InlineData("   0: 0100007F:1760 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51234 1 0000 100 0 0 10 0", "51234")]
    [InlineData("   1: 00000000000000000000000000000000:1760 0:0000 0A 00000000:00000000 00:00000000 00000000 0 0 777 1 0 100", "777")]
    [InlineData("   2: 0100007F:1760 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 51235 1 0000 100 0 0 10 0", null)]
    [InlineData("   3: 0100007F:1761 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51236 1 0000 100 0 0 10 0", null)]
    [InlineData("", null)]
    public void A_listener_is_known_by_its_port_and_state(string line, string? inode) =>
        Assert.Equal(inode, ServerProcess.ListenerOf(line, 5984));

    [Fact]
    public void Who_listens_on_a_port_is_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var process = ServerProcess.Find(port);

        Assert.NotNull(process);
        Assert.True(process.ProcessorTime > TimeSpan.Zero);
        Assert.InRange(process.ResidentBytes, 1 << 20, 1L << 40);
        listener.Stop();
        Assert.Null(ServerProcess.Find(port));
    }
}
