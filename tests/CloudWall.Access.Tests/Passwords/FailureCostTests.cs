using System.Text;
using CloudWall.Access.Passwords;

namespace CloudWall.Access.Tests.Passwords;

public sealed class FailureCostTests
{
    private static readonly PasswordOptions Options = new() { Iterations = 1000 };

    [Theory]
    [InlineData("""{"password_scheme":"simple","password_sha":"00","salt":"s"}""", 1000)]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":10,"derived_key":"00","salt":"s"}""", 990)]
    [InlineData("""{"password_scheme":"simple+pbkdf2","iterations":10,"derived_key":"00","salt":"s"}""", 990)]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":-9,"derived_key":"00","salt":"s"}""", 1000)]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":10,"pbkdf2_prf":"md5","derived_key":"00","salt":"s"}""", 1000)]
    [InlineData("""{"password_scheme":"bcrypt","derived_key":"no","salt":"s"}""", 1000)]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":1000,"derived_key":"00","salt":"s"}""", 0)]
    [InlineData("""{"password_scheme":"pbkdf2","iterations":99999999999,"derived_key":"00","salt":"s"}""", 0)]
    [InlineData("""{"password_scheme":"bcrypt","derived_key":"$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"}""", 0)]
    public void Cheap_hashes_leave_rounds_to_do(string document, int rounds)
    {
        var stored = StoredPassword.TryRead(Encoding.UTF8.GetBytes(document))!;
        Assert.Equal(rounds, FailureCost.RoundsLeft(stored, Options));
    }

    [Fact]
    public void Without_a_hash_all_rounds_are_left() => Assert.Equal(1000, FailureCost.RoundsLeft(null, Options));
}
