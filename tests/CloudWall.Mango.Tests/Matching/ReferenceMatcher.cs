using System.Text;
using System.Text.Json;
using CloudWall.Indexing.Collation;

namespace CloudWall.Mango.Tests.Matching;

/// <summary>
/// The rules of CouchDB's <c>mango_selector:match</c> in their plainest form, over trees of JSON and normalised selectors. Null stands for
/// what CouchDB fails on. Regular expressions are left out.
/// </summary>
internal static class ReferenceMatcher
{
    public static bool Matches(string selector, string document)
    {
        using var parsed = JsonDocument.Parse(selector);
        using var value = JsonDocument.Parse(document);
        return !parsed.RootElement.EnumerateObject().Any() || Match(parsed.RootElement, value.RootElement, CollationOrder.Unicode) == true;
    }

    private static bool? Match(JsonElement selector, JsonElement value, CollationOrder order)
    {
        var member = selector.EnumerateObject().Single();
        var argument = member.Value;
        switch (member.Name)
        {
            case "$and":
                return All(argument, each => Match(each, value, order));
            case "$or":
                return argument.GetArrayLength() == 0 ? true : Any(argument.EnumerateArray(), each => Match(each, value, order));
            case "$not":
                return !Match(argument, value, order);
            case "$eq":
                return Compare(value, argument, order) == 0;
            case "$ne":
                return Compare(value, argument, order) != 0;
            case "$lt":
                return Compare(value, argument, order) < 0;
            case "$lte":
                return Compare(value, argument, order) <= 0;
            case "$gt":
                return Compare(value, argument, order) > 0;
            case "$gte":
                return Compare(value, argument, order) >= 0;
            case "$in":
                return IsAmong(value, argument, order);
            case "$nin":
                return !IsAmong(value, argument, order);
            case "$exists":
                return argument.GetBoolean();
            case "$type":
                return argument.GetString() == TypeOf(value);
            case "$size":
                return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == argument.GetInt64();
            case "$mod":
                return !IsInteger(value) ? false
                    : argument[0].GetInt64() == 0 ? null
                    : value.GetInt64() % argument[0].GetInt64() == argument[1].GetInt64();
            case "$beginsWith":
                return value.ValueKind == JsonValueKind.String && value.GetString()!.StartsWith(argument.GetString()!, StringComparison.Ordinal);
            case "$all":
                return HasAll(value, argument);
            case "$elemMatch":
                return value.ValueKind == JsonValueKind.Array
                    && Any(value.EnumerateArray(), each => Match(argument, each, order)) == true;
            case "$allMatch":
                return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
                    && value.EnumerateArray().All(each => Match(argument, each, order) == true);
            case "$keyMapMatch":
                return value.ValueKind == JsonValueKind.Object
                    && Any(Names(value), each => Match(argument, each, order)) == true;
            case ['$', ..]:
                return null;
            case "":
                return Match(argument, value, order);
            default:
                var found = Find(value, member.Name.Split('.'));
                return found is { } there ? Match(argument, there, member.Name == "_id" ? CollationOrder.Raw : order)
                    : IsAbsent(value, member.Name.Split('.')) && argument.GetRawText() == "{\"$exists\":false}";
        }
    }

    private static IEnumerable<JsonElement> Names(JsonElement value) =>
        value.EnumerateObject().Select(static member => JsonSerializer.SerializeToElement(member.Name));

    private static bool? All(JsonElement list, Func<JsonElement, bool?> decide)
    {
        foreach (var each in list.EnumerateArray())
        {
            if (decide(each) is not true and var verdict)
            {
                return verdict;
            }
        }

        return true;
    }

    private static bool? Any(IEnumerable<JsonElement> list, Func<JsonElement, bool?> decide)
    {
        foreach (var each in list)
        {
            if (decide(each) is not false and var verdict)
            {
                return verdict;
            }
        }

        return false;
    }

    private static bool IsAmong(JsonElement value, JsonElement list, CollationOrder order) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray().Any(each => list.EnumerateArray().Any(other => Compare(each, other, order) == 0))
        : list.EnumerateArray().Any(other => Compare(value, other, order) == 0);

    private static bool HasAll(JsonElement value, JsonElement list)
    {
        if (value.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            return false;
        }

        return list.EnumerateArray().All(each => value.EnumerateArray().Any(other => other.GetRawText() == each.GetRawText()))
            || (list.GetArrayLength() == 1 && list[0].ValueKind == JsonValueKind.Array && Compare(value, list[0], CollationOrder.Raw) == 0);
    }

    private static JsonElement? Find(JsonElement value, IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member))
            {
                value = member;
            }
            else if (value.ValueKind == JsonValueKind.Array && int.TryParse(name, out var at) && at >= 0 && at < value.GetArrayLength())
            {
                value = value[at];
            }
            else
            {
                return null;
            }
        }

        return value;
    }

    /// <summary>Whether the first name that is missing is missing in an object.</summary>
    private static bool IsAbsent(JsonElement value, string[] path)
    {
        var known = 0;
        while (known < path.Length && Find(value, path.Take(known + 1)) is not null)
        {
            known++;
        }

        return known < path.Length && Find(value, path.Take(known)) is { ValueKind: JsonValueKind.Object };
    }

    private static bool IsInteger(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && !value.GetRawText().Contains('.', StringComparison.Ordinal);

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static int Compare(JsonElement one, JsonElement other, CollationOrder order) =>
        JsonCollation.Compare(Encoding.UTF8.GetBytes(one.GetRawText()), Encoding.UTF8.GetBytes(other.GetRawText()), order);
}
