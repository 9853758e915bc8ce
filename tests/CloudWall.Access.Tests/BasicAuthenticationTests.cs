using System.Text;
using CloudWall.Access.Passwords;
using CloudWall.Documents;

namespace CloudWall.Access.Tests;

public sealed class BasicAuthenticationTests : IDisposable
{
    private readonly Administrators _administrators = new([new("admin", StoredPassword.Create("pass:word", new PasswordOptions { Iterations = 1 }))]);

    [Fact]
    public async Task An_admin_is_known_by_name_and_password()
    {
        var who = await AskAsync("Basic " + Encoded("admin:pass:word"));
        Assert.Equal(new Principal("admin", IsAdmin: true), who);
        Assert.Equal("""{"db":"db","name":"admin","roles":["_admin"]}""", Encoding.UTF8.GetString(who.Context.In("db")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer x")]
    [InlineData("Basic Xzpf")] // "_:_": how browsers are made to forget credentials
    [InlineData("Basic YWRtaW4=")] // no colon
    public async Task Nobody_in_particular_is_asked_for_no_password(string header)
    {
        var who = await AskAsync(header);
        Assert.Equal(Principal.Anonymous, who);
        Assert.Equal("""{"db":"db","name":null,"roles":[]}""", Encoding.UTF8.GetString(who.Context.In("db")));
    }

    [Theory]
    [InlineData("admin:pass")]
    [InlineData("nobody:pass:word")]
    public async Task A_wrong_name_or_password_is_refused(string credentials)
    {
        var refusal = await Assert.ThrowsAsync<DocumentException>(() => AskAsync("Basic " + Encoded(credentials)));
        Assert.Equal((401, "Name or password is incorrect."), (refusal.Error.Status, refusal.Error.Reason));
    }

    [Fact]
    public async Task A_header_that_cannot_be_read_is_refused_unless_anyone_is_welcome()
    {
        var refusal = await Assert.ThrowsAsync<DocumentException>(() => AskAsync("Basic !"));
        Assert.Equal(400, refusal.Error.Status);
        Assert.Equal(Principal.Anonymous, await AskAsync("Basic !", isGreeting: true));
    }

    [Fact]
    public void Admins_alone_may_do_what_is_not_for_anyone()
    {
        Principal.Anonymous.Require(Audience.Anyone);
        foreach (var audience in new[] { Audience.Admins, Audience.Members })
        {
            new Principal("admin", IsAdmin: true).Require(audience);
            Assert.Equal(401, Assert.Throws<DocumentException>(() => Principal.Anonymous.Require(audience)).Error.Status);
        }
    }

    public void Dispose() => _administrators.Dispose();

    private static string Encoded(string credentials) => Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    private async Task<Principal> AskAsync(string header, bool isGreeting = false) =>
        await new BasicAuthentication(_administrators).AuthenticateAsync(header, isGreeting, TestContext.Current.CancellationToken);
}
