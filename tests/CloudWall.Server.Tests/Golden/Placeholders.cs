using System.Globalization;
using System.Text.RegularExpressions;

namespace CloudWall.Server.Tests.Golden;

/// <summary>What <c>{name}</c> stands for in one run of one scenario.</summary>
internal sealed partial class Placeholders
{
    private static readonly string[] Databases = ["db", "db2", "db3", "db4"];
    private static readonly string[] Users = ["user", "user2", "user3"];
    private static readonly string[] Replications = ["rep", "rep2", "rep3", "rep4"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Names for one run; no other run's token may equal <paramref name="run"/>.</summary>
    public Placeholders(GoldenServer server, string run)
    {
        var stem = "golden_" + run;
        Name(Databases, stem + "_db");
        Name(Users, stem + "_u");
        Name(Replications, stem + "_r");
        var credentials = Uri.EscapeDataString(server.Admin) + ":" + Uri.EscapeDataString(server.Password);
        this["run"] = run;
        this["admin"] = server.Admin;
        this["adminpass"] = server.Password;
        this["host"] = server.Host;
        this["origin"] = "http://" + server.Host;
        this["base"] = "http://" + credentials + "@" + server.Host;
    }

    public string this[string name]
    {
        get => _values[name];
        set => _values[name] = value;
    }

    /// <summary>Names of databases, users and replication documents that the scenario may have made.</summary>
    public IEnumerable<(string Kind, string Value)> Made(Scenario scenario)
    {
        bool Mentioned(string name) =>
            scenario.Setup.Contains(name)
            || scenario.Text.Contains("{" + name + "}", StringComparison.Ordinal)
            || Regex.IsMatch(scenario.Text, $"\"user:{name}[\":]");
        return Databases.Where(Mentioned).Select(name => ("database", this[name]))
            .Concat(Users.Where(Mentioned).Select(name => ("user", this[name])))
            .Concat(Replications.Where(Mentioned).Select(name => ("replication", this[name])));
    }

    public bool Knows(string name) => _values.ContainsKey(name);

    public void Forget(string name) => _values.Remove(name);

    /// <summary>The value of the name, or the name itself when it is none of ours.</summary>
    public string ValueOrName(string name) => _values.GetValueOrDefault(name, name);

    /// <summary>The text with the placeholders that are known filled in; others stay.</summary>
    public string Fill(string text) => Pattern().Replace(text, match => _values.GetValueOrDefault(match.Groups[1].Value, match.Value));

    public static IEnumerable<string> NamesIn(string text) => Pattern().Matches(text).Select(match => match.Groups[1].Value);

    private void Name(string[] names, string stem)
    {
        for (var i = 0; i < names.Length; i++)
        {
            this[names[i]] = stem + (i + 1).ToString(CultureInfo.InvariantCulture);
        }
    }

    [GeneratedRegex(@"\{([A-Za-z][A-Za-z0-9_]*)\}")]
    private static partial Regex Pattern();
}

/// <summary>A server to replay against.</summary>
/// <param name="Address">Where it listens; only host and port count.</param>
/// <param name="Admin">The name of an administrator.</param>
/// <param name="Password">The password.</param>
internal sealed record GoldenServer(Uri Address, string Admin, string Password)
{
    /// <summary>Host and port, as in a Host header.</summary>
    public string Host => Address.Authority;
}
