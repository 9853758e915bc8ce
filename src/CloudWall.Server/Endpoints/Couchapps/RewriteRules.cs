using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>Rules that say which path and query a request becomes: the first whose method and <c>from</c> fit.</summary>
internal static class RewriteRules
{
    private const string Rest = "*";

    /// <summary>Applies the rules of a design document.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="scope">Where a target may lead.</param>
    /// <param name="rules">The array of rules.</param>
    /// <returns>The new target.</returns>
    /// <exception cref="DocumentException">404: no rule fits; 400: one is no rule; 500: one of them leads out of the database.</exception>
    public static RequestTarget Apply(Exchange exchange, RewriteScope scope, NormalJson rules)
    {
        var all = rules.Elements().Where(static rule => rule.IsObject).Select(rule => Rule.Read(rule, scope)).ToList();
        var path = new List<string>();
        for (var i = 4; i < exchange.Target.Count; i++)
        {
            path.Add(exchange.Target.Text(i));
        }

        var asked = exchange.Query.Select(static parameter => RewriteValue.OfParameter(parameter.Key, parameter.Value)).ToList();
        foreach (var rule in all)
        {
            var bound = new List<(string Name, RewriteValue Value)>();
            if ((rule.Method == Rest || rule.Method == exchange.Method) && TryBind(rule.From, path, bound, out var rest))
            {
                return Make(scope, rule, bound, asked, rest);
            }
        }

        throw HttpErrors.NotFound("missing");
    }

    /// <summary>
    /// As in CouchDB: the rule's parameters, then those of the request from its end, then what the path has bound, each once.
    /// </summary>
    private static RequestTarget Make(
        RewriteScope scope,
        Rule rule,
        List<(string Name, RewriteValue Value)> bound,
        List<(string Name, RewriteValue Value)> asked,
        IReadOnlyList<string> rest)
    {
        List<(string Name, RewriteValue Value)> all = [.. bound.AsEnumerable().Reverse(), .. asked];
        var known = First(all);
        var list = rule.Query.ConvertAll(parameter => (parameter.Name, Value: Fill(parameter.Value, rule, known)));
        var own = First(list);
        var parameters = list.Concat(all.AsEnumerable().Reverse().Where(each => !own.ContainsKey(each.Name)));
        var segments = new List<string>();
        foreach (var segment in rule.To)
        {
            if (segment == Rest)
            {
                segments.AddRange(rest);
                break;
            }

            segments.Add(segment is [':', .. var name] ? (Find(own, name) ?? Find(known, name))?.AsParameter(isKey: false) ?? "undefined" : segment);
        }

        return scope.Resolve(segments, parameters
            .Where(static each => each.Name != Rest)
            .Select(static each => (each.Name, each.Value.AsParameter(RewriteValue.IsKey(each.Name)))));
    }

    private static bool TryBind(
        string[] pattern, List<string> path, List<(string Name, RewriteValue Value)> bound, out IReadOnlyList<string> rest)
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

            if (pattern[i] == Rest || pattern[i].StartsWith(':'))
            {
                bound.Add((pattern[i] == Rest ? Rest : pattern[i][1..], RewriteValue.OfText(path[i])));
            }
            else if (pattern[i] != path[i])
            {
                return false;
            }
        }
    }

    private static RewriteValue Fill(NormalJson value, Rule rule, Dictionary<string, RewriteValue> known)
    {
        if (value.IsArray)
        {
            return RewriteValue.OfElements(value.Elements().Select(element =>
                element.IsText && element.Text().StartsWith(':') ? Fill(element, rule, known) : RewriteValue.Of(element)));
        }

        if (!value.IsText)
        {
            return RewriteValue.Of(value);
        }

        var text = value.Text();
        return text switch
        {
            [':', .. var name] => Formatted(name),
            Rest => Formatted(Rest),
            _ => RewriteValue.OfText(text),
        };

        RewriteValue Formatted(string name) => (Find(known, name) ?? RewriteValue.OfText(text)).Formatted(rule.Format(name));
    }

    /// <summary>Of several values that have one name, the first counts.</summary>
    private static Dictionary<string, RewriteValue> First(List<(string Name, RewriteValue Value)> values)
    {
        var found = new Dictionary<string, RewriteValue>(values.Count, StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            found.TryAdd(name, value);
        }

        return found;
    }

    private static RewriteValue? Find(Dictionary<string, RewriteValue> values, string name) =>
        values.TryGetValue(name, out var value) ? value : null;

    /// <summary>A rule, taken apart.</summary>
    private sealed record Rule(string Method, string[] From, string[] To, List<(string Name, NormalJson Value)> Query, NormalJson? Formats)
    {
        public static Rule Read(NormalJson rule, RewriteScope scope) => new(
            rule.Member("method"u8) is { } method ? method.IsText ? method.Text() : string.Empty : Rest,
            scope.Split(Text(rule, "from"u8) ?? Rest),
            scope.Split(Text(rule, "to"u8) ?? throw HttpErrors.BadRequest("invalid_rewrite_target")),
            rule.Member("query"u8) is { IsObject: true } query ? query.Members() : [],
            rule.Member("formats"u8) is { IsObject: true } formats ? formats : null);

        /// <summary>The formats by name, once they are asked for.</summary>
        private Dictionary<string, NormalJson>? _formats;

        public string? Format(string name)
        {
            if (_formats is null)
            {
                _formats = new Dictionary<string, NormalJson>(StringComparer.Ordinal);
                foreach (var (known, value) in Formats?.Members() ?? [])
                {
                    _formats.TryAdd(known, value);
                }
            }

            return _formats.TryGetValue(name, out var format) && format.IsText ? format.Text() : null;
        }

        private static string? Text(NormalJson rule, ReadOnlySpan<byte> name) => rule.Member(name) switch
        {
            null => null,
            { IsText: true } text => text.Text(),
            _ => throw HttpErrors.BadRequest($"`{Encoding.UTF8.GetString(name)}` of a rewrite rule must be a string."),
        };
    }
}
