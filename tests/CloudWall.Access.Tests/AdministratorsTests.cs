using CloudWall.Access.Passwords;

namespace CloudWall.Access.Tests;

public sealed class AdministratorsTests
{
    [Fact]
    public async Task Admins_are_known_by_their_password_again_and_again()
    {
        using var administrators = new Administrators([new("admin", StoredPassword.Create("pass", new PasswordOptions { Iterations = 10 }))]);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await administrators.VerifyAsync("admin", "pass", TestContext.Current.CancellationToken));
            Assert.False(await administrators.VerifyAsync("admin", "other", TestContext.Current.CancellationToken));
            Assert.False(await administrators.VerifyAsync("nobody", "pass", TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_password_is_hashed_only_once()
    {
        // A number of iterations that would take minutes were it done for each.
        using var administrators = new Administrators([new("admin", StoredPassword.Create("pass", new PasswordOptions { Iterations = 200_000 }))]);
        for (var i = 0; i < 2000; i++)
        {
            Assert.True(await administrators.VerifyAsync("admin", "pass", TestContext.Current.CancellationToken));
        }
    }
}
