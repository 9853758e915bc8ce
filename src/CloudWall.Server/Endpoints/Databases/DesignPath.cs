using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary>GET <c>/{db}/_design%2F…</c>: CouchDB wants the slash of a design document's id in the open.</summary>
internal static class DesignPath
{
    private const string Escaped = "_design%2F";

    /// <summary>GET.</summary>
    public static Task Redirect(Exchange exchange)
    {
        var raw = exchange.Target.Raw;
        var at = raw.IndexOf(Escaped, StringComparison.OrdinalIgnoreCase);

        // Escaped otherwise (%5fdesign%2F): it is found by what it decodes to.
        return at < 0
            ? exchange.RedirectAsync("/" + PercentEncoding.Encode(exchange.Target.Text(0)) + "/_design/"
                + PercentEncoding.Encode(exchange.Target.Text(1)["_design/".Length..]))
            : exchange.RedirectAsync(raw[..at] + "_design/" + raw[(at + Escaped.Length)..].Replace(Escaped, string.Empty, StringComparison.OrdinalIgnoreCase));
    }
}
