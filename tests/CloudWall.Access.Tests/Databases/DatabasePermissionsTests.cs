using System.Text;
using CloudWall.Access.Databases;

namespace CloudWall.Access.Tests.Databases;

public sealed class DatabasePermissionsTests
{
    private const string Security = """{"admins":{"names":["bob"],"roles":["boss"]},"members":{"names":["ann"],"roles":["crew"]}}""";

    private static readonly UserContext Nobody = new(null, []);

    [Theory]
    [InlineData("ann", "", true, false)]
    [InlineData("bob", "", true, true)]
    [InlineData("eve", "", false, false)]
    [InlineData("eve", "crew", true, false)]
    [InlineData("eve", "boss", true, true)]
    [InlineData("eve", "_admin", true, true)]
    [InlineData("boss", "ann", false, false)]
    public void Names_and_roles_decide(string name, string role, bool isMember, bool isAdmin)
    {
        var permissions = Parse(Security);
        var user = new UserContext(name, role.Length == 0 ? [] : [role]);
        Assert.Equal((isMember, isAdmin), (permissions.IsMember(user), permissions.IsAdmin(user)));
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"members":{}}""", true)]
    [InlineData("""{"members":{"names":[],"roles":[]},"admins":{"names":["bob"]}}""", true)]
    [InlineData("""{"members":{"names":["ann"]}}""", false)]
    [InlineData("""{"members":{"roles":["_admin"]}}""", false)]
    [InlineData("""{"readers":{"names":["ann"]}}""", false)]
    [InlineData("""{"readers":{"names":["ann"]},"members":{}}""", true)]
    [InlineData("""{"readers":{},"members":{"names":["ann"]}}""", false)]
    [InlineData(Security, false)]
    public void Without_members_everyone_is_one(string security, bool isPublic)
    {
        Assert.Equal(isPublic, Parse(security).IsMember(Nobody));
        Assert.False(Parse(security).IsAdmin(Nobody));
    }

    [Theory]
    [InlineData("""{"members":{"names":"ann"}}""", true)]
    [InlineData("""{"readers":{"names":"ann"}}""", true)]
    [InlineData("""{"readers":{"names":"ann"},"members":{}}""", false)]
    public void What_counts_is_checked(string security, bool isRefused)
    {
        var refusal = Record.Exception(() => DatabaseSecurity.Validate(Encoding.UTF8.GetBytes(security)));
        Assert.Equal(isRefused ? 400 : null, (refusal as CloudWall.Documents.DocumentException)?.Error.Status);
    }

    [Fact]
    public void By_default_only_server_admins_come_in()
    {
        var permissions = DatabasePermissions.Parse(DatabaseSecurity.Default.Span);
        Assert.False(permissions.IsMember(new UserContext("ann", ["crew"])));
        Assert.True(permissions.IsMember(UserContext.Node));
    }

    [Fact]
    public void Refusals_are_those_of_CouchDB()
    {
        var permissions = Parse(Security);
        var member = new UserContext("ann", []);
        Assert.Equal((401, "You are not authorized to access this db."), Refusal(Nobody, Audience.Members));
        Assert.Equal((403, "You are not allowed to access this db."), Refusal(new UserContext("eve", []), Audience.DatabaseAdmins));
        Assert.Null(permissions.Refuse(member, Audience.Members));
        Assert.Equal((403, "You are not a db or server admin."), Refusal(member, Audience.DatabaseAdmins));
        Assert.Equal((401, "You are not a server or db admin."), Refusal(member, Audience.DatabaseKeepers));
        Assert.Equal(401, Parse("{}").Refuse(Nobody, Audience.DatabaseAdmins)!.Status);

        (int, string) Refusal(UserContext user, Audience audience)
        {
            var error = permissions.Refuse(user, audience)!;
            return (error.Status, error.Reason);
        }
    }

    private static DatabasePermissions Parse(string security) => DatabasePermissions.Parse(Encoding.UTF8.GetBytes(security));
}
