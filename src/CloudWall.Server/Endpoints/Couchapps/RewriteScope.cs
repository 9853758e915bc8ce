using CloudWall.Documents;
using CloudWall.Server.Configuration;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>
/// Where the rewrites of a design document may lead: into its database, and with <c>[chttpd] secure_rewrites = false</c> anywhere. Targets are
/// relative to the design document. What decides is the path that comes out when everything has been bound and decoded.
/// </summary>
internal sealed class RewriteScope
{
    private const string Up = "..";
    private readonly string[] _origin;
    private readonly bool _isSecure;
    private readonly bool _plusIsSpace;

    private RewriteScope(string[] origin, HttpSettings settings)
    {
        _origin = origin;
        _isSecure = settings.SecureRewrites;
        _plusIsSpace = settings.DecodePlusToSpace;
    }

    /// <summary>That of the design document in the path of a request.</summary>
    public static RewriteScope Of(Exchange exchange) =>
        new([exchange.Target.Text(0), exchange.Target.Text(1), exchange.Target.Text(2)], exchange.Settings);

    /// <summary>The segments of a rule's path.</summary>
    /// <exception cref="DocumentException">500: it leads out of the database.</exception>
    public string[] Split(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return _isSecure && segments.Count(static segment => segment == Up) > 2 ? throw Insecure() : segments;
    }

    /// <summary>A target.</summary>
    /// <param name="path">Its segments, decoded; <c>..</c> and <c>.</c> are those of a relative path.</param>
    /// <param name="parameters">Its query.</param>
    /// <exception cref="DocumentException">500: it leads out of the database.</exception>
    public RequestTarget Resolve(IEnumerable<string> path, IEnumerable<(string Name, string Value)> parameters)
    {
        var query = Encode(parameters);
        return Parse(Resolve(path) + (query.Length > 0 ? "?" + query : string.Empty));
    }

    /// <summary>A target.</summary>
    /// <param name="target">Its path, relative and encoded, which may have a query.</param>
    /// <param name="parameters">Parameters that are added to that.</param>
    /// <exception cref="DocumentException">500: it leads out of the database. 400: it is no path.</exception>
    public RequestTarget Resolve(string target, IEnumerable<(string Name, string Value)> parameters)
    {
        var read = Parse("/" + Ascii(target));
        return Resolve(Enumerable.Range(0, read.Count).Select(read.Text), read.Query.Select(static each => (each.Key, each.Value)).Concat(parameters));
    }

    private RequestTarget Parse(string raw) =>
        RequestTarget.TryParse(raw, _plusIsSpace, out var target, out var error) ? target : throw new DocumentException(error);

    private string Resolve(IEnumerable<string> path)
    {
        var segments = new List<string>(_origin);
        foreach (var segment in path)
        {
            if (segment == Up && segments is not [] && segments[^1] != Up)
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment.Length > 0 && segment != ".")
            {
                segments.Add(segment);
            }

            if (_isSecure && segments.Count == 0)
            {
                throw Insecure();
            }
        }

        return "/" + string.Join('/', segments.Select(PercentEncoding.Encode));
    }

    private static string Encode(IEnumerable<(string Name, string Value)> parameters) =>
        string.Join('&', parameters.Select(static each => Uri.EscapeDataString(each.Name) + "=" + Uri.EscapeDataString(each.Value)));

    private static string Ascii(string text) => string.Concat(text.EnumerateRunes().Select(static rune =>
        rune.Value is > ' ' and < 127 and not '#' ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));

    private static DocumentException Insecure() => new(new DocumentError(500, "insecure_rewrite_rule", "too many ../.. segments"));
}
