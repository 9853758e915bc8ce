using CloudWall.Access.Passwords;

namespace CloudWall.Access.Tests;

public sealed class AdminsTests
{
    private static readonly PasswordOptions Quick = new() { Iterations = 1 };

    private readonly Dictionary<string, string> _saved = new(StringComparer.Ordinal);

    [Fact]
    public void Without_an_admin_one_is_made_whose_hash_alone_is_stored()
    {
        var admins = Settle([], given: null);
        var (name, password) = Assert.NotNull(admins.New);
        Assert.Equal("admin", name);
        Assert.True(admins.Hashes[name].Matches(password));
        Assert.True(StoredPassword.TryParse(_saved[name])!.Matches(password));
    }

    [Fact]
    public void A_password_in_clear_is_hashed_and_a_hash_stays()
    {
        var hash = StoredPassword.Create("one", Quick).Text;
        var admins = Settle([("a", hash), ("b", "two")], given: null);
        Assert.Null(admins.New);
        Assert.Equal(hash, admins.Hashes["a"].Text);
        Assert.True(admins.Hashes["b"].Matches("two"));
        Assert.Equal(["b"], _saved.Keys);
    }

    [Fact]
    public void One_that_is_given_wins_and_is_stored_once()
    {
        var hash = StoredPassword.Create("one", Quick).Text;
        Assert.True(Settle([("a", hash)], ("a", "one")).Hashes["a"].Matches("one"));
        Assert.Empty(_saved);
        Assert.True(Settle([("a", hash)], ("a", "other")).Hashes["a"].Matches("other"));
        Assert.Equal(["a"], _saved.Keys);
    }

    private Admins Settle((string Name, string Value)[] stored, (string Name, string Password)? given) =>
        Admins.Settle(stored, Quick, given, (name, hash) => _saved[name] = hash);
}
