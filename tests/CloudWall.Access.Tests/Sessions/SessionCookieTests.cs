using System.Buffers.Text;
using CloudWall.Access.Sessions;

namespace CloudWall.Access.Tests.Sessions;

public sealed class SessionCookieTests
{
    private const string Key = "92de07df7e7a3fe14808cef90a7cc0d91salt";

    /// <summary>Made by Python's hmac.</summary>
    [Theory]
    [InlineData("sha", "w6RubmE6NEFCMzk3RUI633OynZRcgP74_C7vW33J85UCtJQ")]
    [InlineData("sha224", "w6RubmE6NEFCMzk3RUI61uyOrRA0iUhnwgo-Ar7Y52ddZyVOnVLNBPQdhg")]
    [InlineData("sha256", "w6RubmE6NEFCMzk3RUI6dm8kbnP_TifL_VH7iAY8sFe1SD-5j8HUyTgToCuLrm4")]
    [InlineData("sha384", "w6RubmE6NEFCMzk3RUI6PHrAf6vZ46NV34TeL3UlqLuUVXbkDCrPf4LNvmh1eVqoic0rfEoEiR3AUZ0kHlSq")]
    [InlineData("sha512", "w6RubmE6NEFCMzk3RUI63RD5D_TYTiXAomvDqPKVd3fjYbLbIVAphigiE3MYxEUqxomyK18uSd9IJCBZV07evGkEFsO5vtCZMEpTYhaf4w")]
    [InlineData("sha3_224", "w6RubmE6NEFCMzk3RUI6K0S6uVpUYGSv58B-wzgURJLQ1t8h8RbF50YJyw")]
    [InlineData("sha3_256", "w6RubmE6NEFCMzk3RUI60p07CH9U1cEaR8XmX1rd37dYOjTlh0w46IA-m29hHjA")]
    [InlineData("sha3_384", "w6RubmE6NEFCMzk3RUI6ZocTMlKJ7_IdaxgdYf6xNy0xFjL-jBp3YnRXWGaZRAc9HB21YP-6oxPBprHTrJU1")]
    [InlineData("sha3_512", "w6RubmE6NEFCMzk3RUI6y4YUpM1waE4MTRh0zCZzVaScTtyybwRyVdSD-l6XZEe-41-19kTfcxmQ9UbCX-YUwW6i9GEkuFwZ7lbEMA8YnQ")]
    [InlineData("blake2b", "w6RubmE6NEFCMzk3RUI69j3R4cR5w8F_IjihKXeGR3YquAt2whVcMHXWFbHgN9rZ2_Iwuw5MOmHAAwo7tuOYDLeKgrLgMxTsJ1J4qsZJdA")]
    [InlineData("blake2s", "w6RubmE6NEFCMzk3RUI6xVQRLy_tkB_N-8pi6h0KvdBmsut-R3sRYvSaspcnxMM")]
    public void A_cookie_is_that_of_CouchDB(string hash, string value)
    {
        Assert.Equal(value, SessionCookie.Create("änna", 0x4AB397EB, Key, SessionHash.Find(hash)!));
        var read = SessionCookie.TryParse(value)!;
        Assert.Equal(("änna", 0x4AB397EB), (read.Name, read.Time));
        Assert.True(read.IsSignedWith(Key, SessionHash.All));
        Assert.False(read.IsSignedWith(Key + "x", SessionHash.All));
        Assert.False(read.IsSignedWith(Key, [.. SessionHash.All.Where(other => other.Name != hash)]));
    }

    [Fact]
    public void Codes_may_have_colons_in_them_and_padding_does_not_matter()
    {
        var signed = Enumerable.Range(0, 2000)
            .Select(static i => SessionCookie.Create("ann" + i, 1, Key, SessionHash.Find("sha")!))
            .First(static value => Base64Url.DecodeFromChars(value).Count(static b => b == (byte)':') > 2);
        Assert.True(SessionCookie.TryParse(signed)!.IsSignedWith(Key, SessionHash.All));
        Assert.True(SessionCookie.TryParse(signed + "==")!.IsSignedWith(Key, SessionHash.All));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("!")]
    [InlineData("YQ")]
    [InlineData("YTpi")]
    public void What_has_no_three_parts_is_malformed(string value) => Assert.Null(SessionCookie.TryParse(value));

    [Theory]
    [InlineData("ann:zz:code")]
    [InlineData("ann::code")]
    [InlineData("ann:-1:code")]
    public void A_time_that_is_none_is_no_time(string text) =>
        Assert.Null(SessionCookie.TryParse(Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(text)))!.Time);

    [Fact]
    public void No_changed_byte_passes()
    {
        var value = SessionCookie.Create("ann", 0x4AB397EB, Key, SessionHash.Find("sha256")!);
        var bytes = Base64Url.DecodeFromChars(value);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            Assert.False(SessionCookie.TryParse(Base64Url.EncodeToString(changed))?.IsSignedWith(Key, SessionHash.All) ?? false);
        }
    }
}
