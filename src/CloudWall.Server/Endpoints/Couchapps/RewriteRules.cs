using System.Text;
using CloudWall.Documents;
using CloudWall.Server.Http;
using CloudWall.Server.Json;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>Rules that say which path and query a request becomes: the first whose method and <c>from</c> fit.</summary>
internal static class RewriteRules
{
    private const string Rest = "*";

    /// <summary>Applies the rules of a design document.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="prefix">The path of the design document, which targets are relative to.</param>
    /// <param name="rules">The array of rules.</param>
    /// <returns>The new target.</returns>
    /// <exception cref="DocumentException">404: no rule fits; 400: one is no rule; 500: one of them leads out of the database.</exception>
    public static string Apply(Exchange exchange, string prefix, NormalJson rules)
    {
        foreach (var rule in rules.Elements())
        {
            if (rule.IsObject && (LeavesDatabase(Text(rule, "from"u8, Rest)) || LeavesDatabase(Text(rule, "to"u8, string.Empty))))
            {
                throw Insecure();
            }
        }

        var path = new List<string>();
        for (var i = 4; i < exchange.Target.Count; i++)
        {
            path.Add(exchange.Target.Text(i));
        }

        foreach (var rule in rules.Elements())
        {
            if (!rule.IsObject)
            {
                continue;
            }

            var bindings = new List<Binding>();
            if (Text(rule, "method"u8, Rest) is var method && method != Rest && method != exchange.Method
                || !TryBind(Split(Text(rule, "from"u8, Rest)), path, bindings, out var rest))
            {
                continue;
            }

            bindings.AddRange(exchange.Query.Select(static parameter => new Binding(parameter.Key, parameter.Value, IsKey(parameter.Key))));
            return Make(prefix, rule, bindings, rest);
        }

        throw HttpErrors.NotFound("missing");
    }

    /// <summary>Takes <c>.</c> and <c>..</c> out of a path, which may have a query.</summary>
    public static string Normalize(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var segments = new List<string>();
        foreach (var segment in (query < 0 ? target : target[..query]).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                if (segments.Count == 0)
                {
                    throw Insecure();
                }

                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment != ".")
            {
                segments.Add(Ascii(segment));
            }
        }

        return "/" + string.Join('/', segments) + (query < 0 ? string.Empty : Ascii(target[query..]));
    }

    /// <summary>Parameters as a query string.</summary>
    public static string Encode(IEnumerable<(string Name, string Value)> parameters) =>
        string.Join('&', parameters.Select(static each => Uri.EscapeDataString(each.Name) + "=" + Uri.EscapeDataString(each.Value)));

    private static string Make(string prefix, NormalJson rule, List<Binding> bindings, IReadOnlyList<string> rest)
    {
        if (rule.Member("to"u8) is not { IsText: true } to)
        {
            throw HttpErrors.BadRequest("invalid_rewrite_target");
        }

        var segments = Split(to.Text());
        var query = rule.Member("query"u8) is { IsObject: true } members
            ? members.Members().ConvertAll(member => Fill(member.Name, member.Value, bindings, rest))
            : [];
        var all = bindings.Where(binding => !query.Exists(member => member.Name == binding.Name)).Concat(query).ToList();

        var path = new StringBuilder(prefix);
        foreach (var segment in segments)
        {
            if (segment == Rest)
            {
                path.AppendJoin('/', rest.Select(PercentEncoding.Encode));
                break;
            }

            path.Append(segment switch
            {
                ".." or "." => segment,
                [':', .. var name] => PercentEncoding.Encode(all.Find(each => each.Name == name)?.Value ?? "undefined"),
                _ => PercentEncoding.Encode(segment),
            }).Append('/');
        }

        var parameters = Encode(all.Where(static each => each.Name != Rest).Select(static each => (each.Name, IsKey(each.Name) && !each.IsJson ? Quote(each.Value) : each.Value)));
        return Normalize(path.ToString()) + (parameters.Length > 0 ? "?" + parameters : string.Empty);
    }

    private static bool TryBind(
        string[] pattern, List<string> path, List<Binding> bindings, out IReadOnlyList<string> rest)
    {
        rest = [];
        for (var i = 0; ; i++)
        {
            if (i == pattern.Length)
            {
                return i == path.Count;
            }

            if (pattern[i] == Rest && i == pattern.Length - 1)
            {
                rest = path[i..];
                return true;
            }

            if (i == path.Count)
            {
                return false;
            }

            if (pattern[i] is [':', .. var name])
            {
                bindings.Insert(0, new Binding(name, path[i], IsJson: false));
            }
            else if (pattern[i] != path[i])
            {
                return false;
            }
        }
    }

    private static Binding Fill(string name, NormalJson value, List<Binding> bindings, IReadOnlyList<string> rest)
    {
        if (value.IsText)
        {
            var text = value.Text();
            return text switch
            {
                Rest => new Binding(name, string.Join('/', rest), IsJson: false),
                [':', .. var variable] when bindings.Find(binding => binding.Name == variable) is { } found => found with { Name = name },
                _ => new Binding(name, text, IsJson: false),
            };
        }

        // A list goes into the query as JSON; anything else has no text, in CouchDB either.
        return value.IsArray
            ? new Binding(name, "[" + string.Join(',', value.Elements().Select(Element)) + "]", IsJson: true)
            : throw HttpErrors.BadRequest("Query parameters of a rewrite rule are strings.");

        string Element(NormalJson element)
        {
            if (!element.IsText)
            {
                return Encoding.UTF8.GetString(element.Utf8.Span);
            }

            var filled = Fill(name, element, bindings, rest);
            return filled.IsJson ? filled.Value : Quote(filled.Value);
        }
    }

    private static bool IsKey(string name) => name is "key" or "startkey" or "start_key" or "endkey" or "end_key" or "keys";

    private static string Quote(string text)
    {
        using var json = new JsonBuffer(64);
        return Encoding.UTF8.GetString(json.Text(text).WrittenSpan);
    }

    private static string Text(NormalJson rule, ReadOnlySpan<byte> name, string otherwise) =>
        rule.Member(name) is { IsText: true } text ? text.Text() : otherwise;

    private static bool LeavesDatabase(string path) => Split(path).Count(static segment => segment == "..") > 2;

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string Ascii(string text) => string.Concat(text.EnumerateRunes().Select(static rune =>
        rune.Value is > ' ' and < 127 ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));

    private static DocumentException Insecure() =>
        new(new DocumentError(500, "insecure_rewrite_rule", "too many ../.. segments"));

    /// <summary>What a name stands for.</summary>
    /// <param name="Name">The name.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="IsJson">Whether that is JSON, as keys are in a query, or text.</param>
    private sealed record Binding(string Name, string Value, bool IsJson);
}
