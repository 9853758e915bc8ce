using System.Net.Sockets;
using System.Text;
using CloudWall.Access;
using CloudWall.Server.Http;
using CloudWall.Server.Tests.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CloudWall.Server.Tests.Http;

public sealed class KernelTests
{
    [Fact]
    public async Task A_client_that_hangs_up_in_the_middle_of_an_answer_is_no_fault()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        var body = "{\"x\":\"" + new string('x', 1_000_000) + "\"}";
        await NodeUnderTest.PutAsync(database, Enumerable.Range(1, 20).Select(i => ($"d{i}", body)));

        using (var client = new TcpClient { NoDelay = true, LingerState = new LingerOption(true, 0) })
        {
            await client.ConnectAsync("127.0.0.1", node.Node.Address.Port, TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    "GET /db/_all_docs?include_docs=true HTTP/1.1\r\nHost: x\r\nAuthorization: Basic "
                    + Convert.ToBase64String("admin:pass"u8) + "\r\n\r\n"),
                TestContext.Current.CancellationToken);
            await stream.ReadExactlyAsync(new byte[1000], TestContext.Current.CancellationToken);
        }

        Assert.StartsWith("[notice]", await node.Log.WaitForAsync("/db/_all_docs"), StringComparison.Ordinal);
    }

    /// <summary>Review, house A8: once the client had hung up, every failure was passed over in silence.</summary>
    [Fact]
    public async Task A_failure_is_logged_though_the_client_has_gone()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var context = new DefaultHttpContext { RequestAborted = new CancellationToken(canceled: true) };
        context.Features.Set<IHttpRequestFeature>(
            new HttpRequestFeature { Method = "GET", RawTarget = "/_up", Path = "/_up" });
        var routes = new RouteTable
        {
            { "/_up", Audience.Anyone, "GET", MethodHandler.Get(static _ => throw new InvalidOperationException("a defect")) },
        };
        var kernel = node.Server.MakeKernel(routes);
        await kernel.ProcessRequestAsync(kernel.CreateContext(context.Features));
        await node.Log.WaitForAsync("a defect");
    }
}
