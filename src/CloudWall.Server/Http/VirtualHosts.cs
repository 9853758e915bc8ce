using CloudWall.Server.Configuration;

namespace CloudWall.Server.Http;

/// <summary>
/// Names of this node that stand for a path of it, mostly that of a couchapp's rewrites (CouchDB's documentation: "Virtual Hosts").
/// A name may begin with <c>*</c> for any subdomain, have parts such as <c>:dbname</c>, which the path may name again, and be
/// followed by a path of its own.
/// </summary>
internal sealed class VirtualHosts
{
    private readonly List<Rule> _rules = [];

    /// <summary>Reads <c>[vhosts]</c>.</summary>
    public VirtualHosts(Settings settings)
    {
        foreach (var (key, value) in settings.Section("vhosts"))
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            _rules.Add(new Rule(
                (slash < 0 ? key : key[..slash]).Split('.'),
                slash < 0 ? [] : key[slash..].Split('/', StringSplitOptions.RemoveEmptyEntries),
                value.TrimEnd('/')));
        }

        // Names in full before patterns, long ones before short ones.
        _rules.Sort(static (one, other) => (one.Openness, -one.Host.Length, -one.Path.Length).CompareTo((other.Openness, -other.Host.Length, -other.Path.Length)));
        Global = [.. settings.List("httpd", "vhost_global_handlers", "_utils, _uuids, _session, _users")];
    }

    /// <summary>First segments of paths that mean the same under every name.</summary>
    private HashSet<string> Global { get; }

    /// <summary>What a request's target means under the name by which the client reached us; null where it is what it says.</summary>
    public RequestTarget? Find(Exchange exchange)
    {
        var target = exchange.Target;
        if (_rules.Count == 0 || (target.Count > 0 && Global.Contains(target.Text(0))))
        {
            return null;
        }

        var host = exchange.RequestHeaders[exchange.Node.Settings.ForwardedHostHeader].ToString();
        if (host.Length == 0)
        {
            host = exchange.RequestHeaders.Host.ToString();
        }

        var colon = host.LastIndexOf(':');
        var name = (colon > 0 && !host.EndsWith(']') ? host[..colon] : host).Split('.');
        foreach (var rule in _rules)
        {
            if (rule.TryBind(name, host.Split('.'), target, out var path))
            {
                return RequestTarget.TryParse(path, out var found, out _) ? found : null;
            }
        }

        return null;
    }

    private sealed record Rule(string[] Host, string[] Path, string Target)
    {
        public int Openness => Host.Count(static part => part is "*" or [':', ..]);

        public bool TryBind(string[] name, string[] nameWithPort, RequestTarget target, out string path)
        {
            path = string.Empty;
            var bindings = new List<(string Name, string Value)>();
            if (!(TryBindHost(name, bindings) || TryBindHost(nameWithPort, bindings)) || target.Count < Path.Length)
            {
                return false;
            }

            for (var i = 0; i < Path.Length; i++)
            {
                if (Path[i] != target.Text(i))
                {
                    return false;
                }
            }

            var raw = target.Raw.AsSpan();
            for (var i = 0; i < Path.Length; i++)
            {
                raw = raw.TrimStart('/');
                var end = raw.IndexOfAny('/', '?');
                raw = end < 0 ? [] : raw[end..];
            }

            path = string.Join('/', Target.Split('/').Select(part => bindings.Find(binding => binding.Name == part).Value ?? part));
            path += raw.StartsWith("/") || raw.IsEmpty || raw[0] == '?' ? raw.ToString() : "/" + raw.ToString();
            return true;
        }

        private bool TryBindHost(string[] name, List<(string Name, string Value)> bindings)
        {
            var any = Host[0] == "*";
            if (any ? name.Length < Host.Length : name.Length != Host.Length)
            {
                return false;
            }

            bindings.Clear();
            for (var i = any ? 1 : 0; i < Host.Length; i++)
            {
                var part = name[name.Length - Host.Length + i];
                if (Host[i] is [':', ..])
                {
                    bindings.Add((Host[i], PercentEncoding.Encode(part)));
                }
                else if (!Host[i].Equals(part, StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
