using CloudWall.Access.Passwords;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Access.Tests.Passwords;

public sealed class VerifiedPasswordsTests
{
    private static readonly PasswordOptions Quick = new() { Iterations = 1 };

    private readonly FakeTimeProvider _time = new();
    private readonly StoredPassword _stored = StoredPassword.Create("secret", Quick);

    [Fact]
    public void A_password_is_remembered_for_its_user_and_its_hash_alone()
    {
        var verified = new VerifiedPasswords(() => new(), _time);
        Assert.False(verified.Remembers("ann", _stored, "secret"));
        verified.Remember("ann", _stored, "secret");
        Assert.True(verified.Remembers("ann", _stored, "secret"));
        Assert.False(verified.Remembers("ann", _stored, "other"));
        Assert.False(verified.Remembers("bob", _stored, "secret"));
        Assert.False(verified.Remembers("ann", StoredPassword.Create("secret", Quick), "secret"));
    }

    [Fact]
    public void Long_passwords_are_told_apart()
    {
        var verified = new VerifiedPasswords(() => new(), _time);
        verified.Remember("ann", _stored, new string('x', 5000) + "1");
        Assert.True(verified.Remembers("ann", _stored, new string('x', 5000) + "1"));
        Assert.False(verified.Remembers("ann", _stored, new string('x', 5000) + "2"));
    }

    [Fact]
    public void What_is_not_used_is_forgotten()
    {
        var verified = new VerifiedPasswords(() => new(), _time);
        verified.Remember("ann", _stored, "secret");
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(verified.Remembers("ann", _stored, "secret"));
    }

    [Fact]
    public void There_are_no_more_than_the_bound()
    {
        var verified = new VerifiedPasswords(() => new() { MaxObjects = 3 }, _time);
        for (var i = 0; i < 10; i++)
        {
            verified.Remember("user" + i, _stored, "secret");
        }

        Assert.Equal(3, verified.Count);
        Assert.True(verified.Remembers("user9", _stored, "secret"));
        Assert.False(verified.Remembers("user6", _stored, "secret"));
    }

    [Fact]
    public void It_can_be_turned_off()
    {
        var verified = new VerifiedPasswords(() => new() { IsEnabled = false }, _time);
        verified.Remember("ann", _stored, "secret");
        Assert.False(verified.Remembers("ann", _stored, "secret"));
    }
}
