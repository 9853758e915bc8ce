using System.Text;
using CloudWall.Access.Passwords;
using CloudWall.Documents.Json;

namespace CloudWall.Access.Tests.Passwords;

public sealed class StoredPasswordTests
{
    private static readonly PasswordOptions Quick = new() { Iterations = 10 };

    [Theory]
    // The one with SHA-1 and two iterations is from RFC 6070, the others are by Python's hashlib.
    [InlineData("-pbkdf2:sha256-120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b,salt,2", "password", false)]
    [InlineData("-pbkdf2:sha256-120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b,salt,1", "password", true)]
    [InlineData("-pbkdf2-ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957,salt,2", "password", true)]
    [InlineData("-pbkdf2-ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957,salt,2", "Password", false)]
    [InlineData("-pbkdf2:sha-6b4e26125c25cf21ae35ead955f479ea2e71f6ff,salt,3", "password", true)]
    [InlineData("-pbkdf2:sha224-947cf079cfc7f2016dcd7ec418840443edaabb90c496f98cabeec4bf,salt,3", "password", true)]
    [InlineData("-pbkdf2:sha224-947cf079cfc7f2016dcd7ec418840443edaabb90c496f98cabeec4bf,salt,4", "password", false)]
    [InlineData(
        "-pbkdf2:sha384-1bfb451b6087e5d24eeffb57d7284448da95b581d35a1887d9a6e756af559b1fb4798a4529502f87cdf71f435d66d25e,salt,3", "password", true)]
    [InlineData(
        "-pbkdf2:sha512-b6b07cb2cebf4ad84468391a543824fccffe0e0769dbe6bddf10a65673c4b648e612d44918f9ce9a19a1294cf5140628084ba994c3b21a4ef4741220b811c633,salt,3",
        "password",
        true)]
    [InlineData("-hashed-c88e9c67041a74e0357befdff93f87dde0904214,salt", "password", true)]
    [InlineData("-hashed-c88e9c67041a74e0357befdff93f87dde0904214,salt", "passwor", false)]
    public void Verifies_what_CouchDB_hashed_for_admins(string text, string password, bool expected) =>
        Assert.Equal(expected, StoredPassword.TryParse(text)!.Matches(password));

    [Theory]
    [InlineData("""{"password_sha":"c88e9c67041a74e0357befdff93f87dde0904214","salt":"salt"}""", "password", true)]
    [InlineData("""{"password_scheme":"simple","password_sha":"c88e9c67041a74e0357befdff93f87dde0904214","salt":"salt"}""", "password", true)]
    [InlineData("""{"password_scheme":"simple","password_sha":"c88e9c67041a74e0357befdff93f87dde0904214","salt":"other"}""", "password", false)]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":3,"derived_key":"6b4e26125c25cf21ae35ead955f479ea2e71f6ff","salt":"salt"}""", "password", true)]
    [InlineData(
        """{"password_scheme":"pbkdf2","pbkdf2_prf":"sha256","iterations":3,"derived_key":"ad35240ac683febfaf3cd49d845473fbbbaa2437f5f82d5a415ae00ac76c6bfc","salt":"salt"}""",
        "password",
        true)]
    [InlineData(
        """{"password_scheme":"pbkdf2","pbkdf2_prf":"sha512","iterations":3,"derived_key":"ad35240ac683febfaf3cd49d845473fbbbaa2437f5f82d5a415ae00ac76c6bfc","salt":"salt"}""",
        "password",
        false)]
    [InlineData(
        """{"password_scheme":"simple+pbkdf2","pbkdf2_prf":"sha256","iterations":5,"derived_key":"20dd9bd7e9e581e72ab980dfa01c00f5225c16807f378f753c7afd383fde1b93","salt":"salt"}""",
        "password",
        true)]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":3,"salt":"salt"}""", "", false)]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":0,"derived_key":"00","salt":"salt"}""", "password", false)]
    [InlineData("""{"password_scheme":"pbkdf2","pbkdf2_prf":"md5","iterations":1,"derived_key":"00","salt":"salt"}""", "password", false)]
    // Published vectors of bcrypt.
    [InlineData("""{"password_scheme":"bcrypt","derived_key":"$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"}""", "a", true)]
    [InlineData("""{"password_scheme":"bcrypt","derived_key":"$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"}""", "b", false)]
    [InlineData("""{"password_scheme":"bcrypt","derived_key":"$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye"}""", "abcdefghijklmnopqrstuvwxyz", false)]
    [InlineData("""{"password_scheme":"bcrypt","derived_key":"$2a$06$"}""", "a", false)]
    [InlineData("""{"password_scheme":"bcrypt"}""", "", false)]
    public void Verifies_what_a_users_document_has(string user, string password, bool expected) =>
        Assert.Equal(expected, StoredPassword.TryRead(Encoding.UTF8.GetBytes(user))!.Matches(password));

    [Theory]
    [InlineData("""{"name":"ann"}""")]
    [InlineData("""{"password_scheme":"simple","salt":"x"}""")]
    [InlineData("""{"password_scheme":"rot13","derived_key":"x"}""")]
    [InlineData("""{"password_scheme":5}""")]
    public void A_document_without_a_hash_has_no_password(string user) => Assert.Null(StoredPassword.TryRead(Encoding.UTF8.GetBytes(user)));

    [Fact]
    public void Hashes_as_CouchDB_writes_it()
    {
        var hash = StoredPassword.Create("pässword", Quick);
        Assert.Matches("^-pbkdf2:sha256-[0-9a-f]{64},[0-9a-f]{32},10$", hash.Text);
        var read = StoredPassword.TryParse(hash.Text)!;
        Assert.True(read.Matches("pässword"));
        Assert.False(read.Matches("password"));
        Assert.NotEqual(hash.Text, StoredPassword.Create("pässword", Quick).Text);
    }

    [Theory]
    [InlineData("sha")]
    [InlineData("sha224")]
    [InlineData("sha256")]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public void What_is_written_to_a_document_is_read_again(string function)
    {
        var options = Quick with { Function = PseudorandomFunction.Find(function)! };
        var read = Written(StoredPassword.Create("secret", options, salt: "s"), out var text);
        Assert.Contains($"\"pbkdf2_prf\":\"{function}\",\"salt\":\"s\",\"iterations\":10,\"derived_key\":\"", text, StringComparison.Ordinal);
        Assert.True(read.Matches("secret"));
        Assert.True(read.IsCurrent(options));
        Assert.False(read.IsCurrent(options with { Iterations = 11 }));
        Assert.False(read.IsCurrent(options with { Scheme = PasswordScheme.Simple }));
    }

    [Fact]
    public void A_simple_hash_is_written_as_CouchDB_did()
    {
        var options = Quick with { Scheme = PasswordScheme.Simple };
        var read = Written(StoredPassword.Create("password", options, salt: "salt"), out var text);
        Assert.Equal("""{"password_scheme":"simple","salt":"salt","password_sha":"c88e9c67041a74e0357befdff93f87dde0904214","type":"user"}""", text);
        Assert.True(read.Matches("password"));
        Assert.True(read.IsCurrent(options));
        Assert.False(read.IsCurrent(Quick));
        Assert.True(StoredPassword.TryParse(read.Text)!.Matches("password"));
    }

    [Theory]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":9,"derived_key":"00"}""", "Iteration count is too low for this server")]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":"many","derived_key":"00"}""", "Iteration count is too low for this server")]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":101,"derived_key":"00"}""", "Iteration count is too high for this server")]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":1000000000000,"derived_key":"00"}""", "Iteration count is too high for this server")]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":9223372036854775808,"derived_key":"00"}""", "Iteration count is too high for this server")]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":-9223372036854775809,"derived_key":"00"}""", "Iteration count is too low for this server")]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":50,"derived_key":"00"}""", null)]
    [InlineData("""{"password_scheme":"pbkdf2","pbkdf2_prf":"md5","iterations":50,"derived_key":"00"}""", "PRF is invalid")]
    [InlineData("""{"password_scheme":"simple","password_sha":"00"}""", null)]
    [InlineData(
        """{"password_scheme":"bcrypt","derived_key":"$2a$31$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"}""",
        "Iteration count is too high for this server")]
    [InlineData("""{"password_scheme":"bcrypt","derived_key":"$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"}""", null)]
    [InlineData("""{"password_scheme":"bcrypt","derived_key":"x"}""", "Password scheme is not supported.")]
    public void Hashes_that_take_too_long_or_not_long_enough_are_refused(string user, string? reason)
    {
        var refusal = StoredPassword.TryRead(Encoding.UTF8.GetBytes(user))!.Refuse(new PasswordOptions { MinIterations = 10, MaxIterations = 100 });
        Assert.Equal(reason, refusal?.Reason);
        Assert.Equal(reason is null ? null : 403, refusal?.Status);
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
    [InlineData("-hashed-00")]
    public void What_is_no_hash_is_a_password(string text) => Assert.Null(StoredPassword.TryParse(text));

    private static StoredPassword Written(StoredPassword stored, out string text)
    {
        using var json = new JsonBuffer();
        json.Raw("{"u8);
        stored.WriteMembers(json);
        json.Raw("\"type\":\"user\"}"u8);
        text = Encoding.UTF8.GetString(json.WrittenSpan);
        return StoredPassword.TryRead(json.WrittenSpan)!;
    }
}
