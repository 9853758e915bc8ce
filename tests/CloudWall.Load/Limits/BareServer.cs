using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CloudWall.Load.Limits;

/// <summary>Kestrel, as a node uses it, that answers everything with the same headers and bytes: what a GET could cost at best.</summary>
internal sealed class BareServer(IReadOnlyList<KeyValuePair<string, string>> headers, byte[] body) : IHttpApplication<IFeatureCollection>
{
    /// <summary>Serves until the process is ended. The file has the headers, an empty line, and the body.</summary>
    public static async Task RunAsync(int port, string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        var split = bytes.AsSpan().IndexOf("\n\n"u8);
        var headers = System.Text.Encoding.UTF8.GetString(bytes, 0, split).Split('\n').Select(line =>
        {
            var parts = line.Split(": ", 2);
            return KeyValuePair.Create(parts[0], parts[1]);
        });
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { NoDelay = true }), NullLoggerFactory.Instance);
        using var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        await server.StartAsync(new BareServer([.. headers], bytes[(split + 2)..]), CancellationToken.None);
        await Task.Delay(Timeout.Infinite);
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        foreach (var (name, value) in headers)
        {
            response.Headers[name] = value;
        }

        response.Headers.ContentLength = body.Length;
        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(body);
    }

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }
}
