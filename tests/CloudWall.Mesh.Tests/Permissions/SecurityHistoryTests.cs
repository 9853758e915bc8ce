using System.Text;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Permissions;
using CsCheck;

namespace CloudWall.Mesh.Tests.Permissions;

public sealed class SecurityHistoryTests
{
    private static readonly MemberId[] Members = [.. Enumerable.Range(0, 3).Select(static i => MemberId.Of([(byte)i]))];

    [Fact]
    public void A_version_holds_until_one_follows_it()
    {
        var first = SecurityHistory.Empty.Set(Members[0], Object("ann"));
        var second = first.Set(Members[1], Object("bob"));
        Assert.Equal("bob", Names(second));
        Assert.Equal("bob", Names(first.Merge(second)));
        Assert.False(second.IsInConflict);
    }

    [Fact]
    public void Of_versions_made_apart_what_they_have_in_common_holds()
    {
        var (one, other) = (SecurityHistory.Empty.Set(Members[0], Object("ann", "bob")), SecurityHistory.Empty.Set(Members[1], Object("bob", "eve")));
        var both = one.Merge(other);
        Assert.True(both.IsInConflict);
        Assert.Equal("bob", Names(both));
        Assert.Equal("ann", Names(both.Set(Members[2], Object("ann"))));
    }

    [Fact]
    public void Where_nothing_is_common_only_server_admins_come_in_and_never_everyone()
    {
        var both = SecurityHistory.Empty.Set(Members[0], Object("ann")).Merge(SecurityHistory.Empty.Set(Members[1], Object("eve")));
        Assert.Equal(
            """{"members":{"names":[],"roles":["_admin"]},"admins":{"names":[],"roles":[]}}""", Encoding.UTF8.GetString(both.Effective!.Value.Span));
    }

    [Fact]
    public void An_object_without_members_lets_everyone_in_and_any_list_is_narrower()
    {
        var all = SecurityHistory.Empty.Set(Members[0], "{}"u8.ToArray());
        Assert.Equal("ann", Names(all.Merge(SecurityHistory.Empty.Set(Members[1], Object("ann")))));
    }

    [Fact]
    public void Who_is_admin_in_one_and_member_in_the_other_stays_a_member()
    {
        var one = SecurityHistory.Empty.Set(
            Members[0], """{"admins":{"names":["ann"],"roles":[]},"members":{"names":["bob"],"roles":[]}}"""u8.ToArray());
        Assert.Equal("ann", Names(one.Merge(SecurityHistory.Empty.Set(Members[1], Object("ann", "eve")))));
    }

    [Fact]
    public void Merging_is_the_same_in_any_order() => Gen.Int.Sample(
        static seed =>
        {
            var random = new Random(seed);
            var views = new SecurityHistory[] { SecurityHistory.Empty, SecurityHistory.Empty, SecurityHistory.Empty };
            var all = new List<SecurityHistory>();
            for (var i = 0; i < 20; i++)
            {
                var at = random.Next(3);
                views[at] = random.Next(3) == 0
                    ? views[at].Merge(views[random.Next(3)])
                    : views[at].Set(Members[at], Object("user" + random.Next(4), "user" + random.Next(4)));
                all.Add(views[at]);
            }

            var expected = Text(all.Aggregate(static (one, other) => one.Merge(other)));
            for (var i = 0; i < 5; i++)
            {
                var order = all.ToArray();
                random.Shuffle(order);
                Assert.Equal(expected, Text(order.Aggregate(static (one, other) => one.Merge(other))));
            }
        },
        iter: 100);

    [Fact]
    public void What_is_written_is_read_again_and_other_bytes_are_refused()
    {
        var history = SecurityHistory.Empty.Set(Members[0], Object("ann")).Set(Members[1], Object("bob"))
            .Merge(SecurityHistory.Empty.Set(Members[2], Object("eve")));
        Assert.Equal(Text(history), Text(SecurityCodec.TryRead(SecurityCodec.Write(history))!));
        Assert.Null(SecurityCodec.TryRead("{}"u8.ToArray()));
        Assert.Null(SecurityCodec.TryRead("""{"newest":[],"followed":["x"]}"""u8.ToArray()));
        Gen.Byte.Array[0, 100].Sample(static bytes => SecurityCodec.TryRead(bytes) is null);
    }

    private static ReadOnlyMemory<byte> Object(params string[] names)
    {
        var list = string.Join(',', names.Distinct().Select(static name => $"\"{name}\""));
        return Encoding.UTF8.GetBytes("{\"members\":{\"names\":[" + list + "],\"roles\":[]},\"admins\":{\"names\":[],\"roles\":[]}}");
    }

    private static string Names(SecurityHistory history)
    {
        using var json = System.Text.Json.JsonDocument.Parse(history.Effective!.Value);
        return string.Join(
            ' ', json.RootElement.GetProperty("members").GetProperty("names").EnumerateArray().Select(static name => name.GetString()));
    }

    private static string Text(SecurityHistory history) => Encoding.UTF8.GetString(SecurityCodec.Write(history));
}
