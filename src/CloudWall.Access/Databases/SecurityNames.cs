using System.Text.Json.Nodes;
using CloudWall.Documents.Json;

namespace CloudWall.Access.Databases;

/// <summary>The names in a <c>_security</c> object: of admins and of members. Everything else in it stays as it is.</summary>
/// <param name="security">The object as JSON.</param>
internal sealed class SecurityNames(ReadOnlyMemory<byte> security)
{
    private static readonly string[] Groups = ["admins", "members"];

    private readonly JsonObject _security = JsonNode.Parse(security.Span)!.AsObject();

    /// <summary>Adds a name to both lists, in front.</summary>
    /// <returns>Whether it was missing in one of them.</returns>
    public bool Add(string name)
    {
        var changed = false;
        foreach (var group in Groups)
        {
            var members = ObjectOf(group);
            if (members["names"] is not JsonArray names)
            {
                members["names"] = names = [];
            }

            if (!names.Any(each => Is(each, name)))
            {
                names.Insert(0, name);
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>Removes a name from both lists.</summary>
    /// <returns>Whether it was in one of them.</returns>
    public bool Remove(string name)
    {
        var changed = false;
        foreach (var group in Groups)
        {
            if (_security[group] is JsonObject members && members["names"] is JsonArray names)
            {
                changed |= names.RemoveAll(each => Is(each, name)) > 0;
            }
        }

        return changed;
    }

    /// <summary>The object in the normal form of documents.</summary>
    public ReadOnlyMemory<byte> ToJson() => NormalJson.Parse(_security.ToJsonString()).Utf8;

    private static bool Is(JsonNode? node, string name) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && text == name;

    private JsonObject ObjectOf(string group)
    {
        if (_security[group] is not JsonObject members)
        {
            _security[group] = members = [];
        }

        return members;
    }
}
