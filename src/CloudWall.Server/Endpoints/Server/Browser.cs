using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary>What browsers ask for by themselves, and where CouchDB has its administration pages.</summary>
internal sealed class Browser(TimeProvider time)
{
    // Sixteen by sixteen pixels: a cloud over a wall.
    private static readonly byte[] Icon = ReadIcon();

    /// <summary>GET <c>/favicon.ico</c>.</summary>
    public Task Favicon(Exchange exchange)
    {
        exchange.Headers.CacheControl = "public, max-age=31536000";
        exchange.Headers.Expires = (time.GetUtcNow() + TimeSpan.FromDays(365)).ToString("R");
        return exchange.WriteBytesAsync(200, "image/x-icon", Icon);
    }

    /// <summary>GET <c>/_utils</c>: goes to the folder, as in CouchDB; there is nothing in it.</summary>
    public static Task Utils(Exchange exchange) => exchange.Target.Count == 1 && !exchange.Target.RawPath.EndsWith("/")
        ? exchange.RedirectAsync(exchange.Target.RawPath.ToString() + "/")
        : throw HttpErrors.NotFound("This node has no administration pages.");

    private static byte[] ReadIcon()
    {
        using var stream = typeof(Browser).Assembly.GetManifestResourceStream("favicon.ico")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
