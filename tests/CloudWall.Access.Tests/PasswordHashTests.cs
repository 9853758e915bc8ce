namespace CloudWall.Access.Tests;

public sealed class PasswordHashTests
{
    [Theory]
    // The one with SHA-1 and two iterations is from RFC 6070, the others are by Python's hashlib.
    [InlineData("-pbkdf2:sha256-120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b,salt,2", "password", false)]
    [InlineData("-pbkdf2:sha256-120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b,salt,1", "password", true)]
    [InlineData("-pbkdf2-ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957,salt,2", "password", true)]
    [InlineData("-pbkdf2-ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957,salt,2", "Password", false)]
    [InlineData("-hashed-c88e9c67041a74e0357befdff93f87dde0904214,salt", "password", true)]
    [InlineData("-hashed-c88e9c67041a74e0357befdff93f87dde0904214,salt", "passwor", false)]
    public void Verifies_what_CouchDB_hashed(string text, string password, bool expected) =>
        Assert.Equal(expected, PasswordHash.TryParse(text)!.Matches(password));

    [Fact]
    public void Hashes_as_CouchDB_writes_it()
    {
        var hash = PasswordHash.Create("pässword", 10);
        Assert.Matches("^-pbkdf2:sha256-[0-9a-f]{64},[0-9a-f]{32},10$", hash.Text);
        var read = PasswordHash.TryParse(hash.Text)!;
        Assert.True(read.Matches("pässword"));
        Assert.False(read.Matches("password"));
        Assert.NotEqual(hash.Text, PasswordHash.Create("pässword", 10).Text);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("")]
    [InlineData("-pbkdf2:md5-00,salt,1")]
    [InlineData("-pbkdf2:sha256-00,salt")]
    [InlineData("-pbkdf2:sha256-zz,salt,1")]
    [InlineData("-pbkdf2:sha256-000,salt,1")]
    [InlineData("-pbkdf2:sha256-00,salt,0")]
    [InlineData("-pbkdf2:sha256-,salt,1")]
    public void What_is_no_hash_is_a_password(string text) => Assert.Null(PasswordHash.TryParse(text));

    [Fact]
    public async Task Admins_are_known_by_their_password_again_and_again()
    {
        using var administrators = new Administrators([new("admin", PasswordHash.Create("pass", 10))]);
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
        using var administrators = new Administrators([new("admin", PasswordHash.Create("pass", 200_000))]);
        for (var i = 0; i < 2000; i++)
        {
            Assert.True(await administrators.VerifyAsync("admin", "pass", TestContext.Current.CancellationToken));
        }
    }
}
