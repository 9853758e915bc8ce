using System.Text.Json;
using CloudWall.Documents.Json;

namespace CloudWall.Mesh.Permissions;

/// <summary>
/// The rights that all of several <c>_security</c> objects give: admins are those of all, and so are members. Where an object has no
/// members everyone is one; where several have some and none in common, only server admins are. What else is in the objects is left out.
/// </summary>
public static class NarrowedSecurity
{
    private const string ServerAdmin = "_admin";

    /// <summary>Narrows objects.</summary>
    /// <param name="objects">At least one, in normal form.</param>
    public static ReadOnlyMemory<byte> Of(IReadOnlyList<ReadOnlyMemory<byte>> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        if (objects.Skip(1).All(other => other.Span.SequenceEqual(objects[0].Span)))
        {
            return objects[0];
        }

        var all = objects.Select(Read).ToList();
        var admins = all.Select(static one => one.Admins).Aggregate(static (one, other) => one.And(other));
        var closed = all.Where(static one => !one.Members.IsEmpty).Select(static one => one.Members.Or(one.Admins)).ToList();
        var members = closed.Count == 0 ? Group.Empty : closed.Aggregate(static (one, other) => one.And(other));
        if (closed.Count > 0 && members.IsEmpty)
        {
            members = new Group([], [ServerAdmin]);
        }

        using var json = new JsonBuffer();
        json.Raw("{\"members\":"u8);
        Write(json, members);
        json.Raw(",\"admins\":"u8);
        Write(json, admins);
        return json.Raw("}"u8).WrittenSpan.ToArray();
    }

    private static void Write(JsonBuffer json, Group group)
    {
        json.Raw("{\"names\":["u8);
        Write(json, group.Names);
        json.Raw("],\"roles\":["u8);
        Write(json, group.Roles);
        json.Raw("]}"u8);
    }

    private static void Write(JsonBuffer json, SortedSet<string> items)
    {
        var isFirst = true;
        foreach (var item in items)
        {
            json.Raw(isFirst ? ""u8 : ","u8).Text(item);
            isFirst = false;
        }
    }

    private static (Group Admins, Group Members) Read(ReadOnlyMemory<byte> security)
    {
        try
        {
            using var json = JsonDocument.Parse(security);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? (Find(root, "admins"), Find(root, root.TryGetProperty("members", out _) ? "members" : "readers"))
                : (Group.Empty, new Group([], [ServerAdmin]));
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return (Group.Empty, new Group([], [ServerAdmin]));
        }
    }

    private static Group Find(JsonElement json, string name) =>
        json.TryGetProperty(name, out var group) && group.ValueKind == JsonValueKind.Object
            ? new Group(List(group, "names"), List(group, "roles"))
            : Group.Empty;

    private static SortedSet<string> List(JsonElement group, string name) =>
        group.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? new(
                list.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!),
                StringComparer.Ordinal)
            : new(StringComparer.Ordinal);

    /// <summary>Names and roles of one kind.</summary>
    private sealed record Group(SortedSet<string> Names, SortedSet<string> Roles)
    {
        public static readonly Group Empty = new(new(StringComparer.Ordinal), new(StringComparer.Ordinal));

        public bool IsEmpty => Names.Count + Roles.Count == 0;

        public Group And(Group other) => new(Common(Names, other.Names), Common(Roles, other.Roles));

        public Group Or(Group other) => new(
            new(Names.Union(other.Names), StringComparer.Ordinal), new(Roles.Union(other.Roles), StringComparer.Ordinal));

        private static SortedSet<string> Common(SortedSet<string> one, SortedSet<string> other) =>
            new(one.Where(other.Contains), StringComparer.Ordinal);
    }
}
