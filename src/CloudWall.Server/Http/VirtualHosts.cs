using CloudWall.Settings;


namespace CloudWall.Server.Http;

/// <summary>
/// Names of this node that stand for a path of it, mostly that of a couchapp's rewrites (CouchDB's documentation: "Virtual Hosts").
/// A name may begin with <c>*</c> for any subdomain, have parts such as <c>:dbname</c>, and be followed by a path of its own. The path that it
/// stands for may name both again.
/// </summary>
internal sealed class VirtualHosts
{
    private static readonly Setting<string> Host = new(
        "vhosts", "{host}", SettingKinds.Text, string.Empty, "The path that a name of this node stands for.");

    private static readonly Setting<string[]> GlobalHandlers = new(
        "httpd", "vhost_global_handlers", SettingKinds.List, ["_utils", "_uuids", "_session", "_users"],
        "First segments of paths that mean the same under every name.");

    private readonly List<Rule> _rules = [];

    /// <summary>Reads <c>[vhosts]</c>.</summary>
    public VirtualHosts(SettingsStore settings)
    {
        foreach (var (key, value) in settings.Section(Host.Section))
        {
            if (value.Length == 0)
            {
                continue;
            }

            var slash = key.IndexOf('/', StringComparison.Ordinal);
            _rules.Add(new Rule(
                (slash < 0 ? key : key[..slash]).Split('.'),
                slash < 0 ? [] : key[slash..].Split('/', StringSplitOptions.RemoveEmptyEntries),
                value.Split('/', StringSplitOptions.RemoveEmptyEntries)));
        }

        // Names in full before patterns, long ones before short ones.
        _rules.Sort(static (one, other) => (one.Openness, -one.Host.Length, -one.Path.Length).CompareTo((other.Openness, -other.Host.Length, -other.Path.Length)));

        // A name for all hosts must not keep admins from the settings that made it.
        Global = ["_node", .. settings.Get(GlobalHandlers)];
    }

    /// <summary>All settings of virtual hosts.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Host, GlobalHandlers];

    /// <summary>First segments of paths that mean the same under every name.</summary>
    private HashSet<string> Global { get; }

    /// <summary>Whether a host, without its port, is one of these names.</summary>
    public bool Has(string host)
    {
        var name = host.Split('.');
        return _rules.Exists(rule => rule.Openness == 0 && rule.Host.SequenceEqual(name, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>
    /// What a request's target means under the name by which the client reached us, and what is left of it after the name's own path; null
    /// where it is what it says.
    /// </summary>
    public (RequestTarget Target, string Requested)? Find(Exchange exchange)
    {
        var target = exchange.Target;
        if (_rules.Count == 0 || (target.Count > 0 && Global.Contains(target.Text(0))))
        {
            return null;
        }

        var host = exchange.RequestHeaders[exchange.Settings.ForwardedHostHeader].ToString();
        if (host.Length == 0)
        {
            host = exchange.RequestHeaders.Host.ToString();
        }

        var colon = host.LastIndexOf(':');
        var name = (colon > 0 && !host.EndsWith(']') ? host[..colon] : host).Split('.');
        foreach (var rule in _rules)
        {
            if (rule.TryBind(name, host.Split('.'), target, out var prefix, out var rest))
            {
                return RequestTarget.TryParse(prefix + rest, exchange.Settings.DecodePlusToSpace, out var found, out _) ? (found, rest) : null;
            }
        }

        return null;
    }

    private sealed record Rule(string[] Host, string[] Path, string[] Target)
    {
        public int Openness => Host.Count(static part => part is "*" or [':', ..]);

        public bool TryBind(string[] name, string[] nameWithPort, RequestTarget target, out string prefix, out string rest)
        {
            prefix = rest = string.Empty;
            var bindings = new Dictionary<string, string>();
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

            prefix = string.Concat(Target.Select(part => "/" + part switch
            {
                [':', ..] or "*" => bindings.GetValueOrDefault(part, "undefined"),
                _ => part,
            }));
            rest = raw.StartsWith("/") ? raw.ToString() : "/" + raw.ToString();
            return true;
        }

        private bool TryBindHost(string[] name, Dictionary<string, string> bindings)
        {
            var any = Host[0] == "*";
            if (any ? name.Length < Host.Length : name.Length != Host.Length)
            {
                return false;
            }

            bindings.Clear();
            var further = any ? name.Length - Host.Length + 1 : 0;
            bindings["*"] = string.Join('/', name[..further].Reverse().Select(PercentEncoding.Encode));
            for (var i = any ? 1 : 0; i < Host.Length; i++)
            {
                var part = name[name.Length - Host.Length + i];
                if (Host[i] is [':', ..])
                {
                    bindings[Host[i]] = PercentEncoding.Encode(part);
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
