using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Access.Tokens;
using CloudWall.Documents;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Access.Tests.Tokens;

public sealed class TokenVerifierTests
{
    private const string Valid = """{"sub":"ann","exp":2000}""";
    private static readonly byte[] Hello = "hello"u8.ToArray();

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1000));

    private TokenOptions _options = new() { Keys = Keys(("hmac:_default", "aGVsbG8=")) };

    [Theory]
    [InlineData("""{"sub":"ann","exp":2000}""", "")]
    [InlineData("""{"sub":"ann","exp":2000,"_couchdb.roles":["_admin","x"]}""", "_admin x")]
    [InlineData("""{"sub":"ann","exp":2000,"_couchdb.roles":" a, b ,c,"}""", "a b c")]
    public void Says_who_the_user_is(string claims, string roles)
    {
        var principal = Verify(Sign("""{"alg":"HS256","typ":"JWT"}""", claims));
        Assert.Equal(("ann", "jwt", roles), (principal.Name, principal.Handler, string.Join(' ', principal.Context.Roles)));
        Assert.Equal(roles.Contains("_admin", StringComparison.Ordinal), principal.IsAdmin);
    }

    [Theory]
    [InlineData("""{"sub":"ann"}""", 400, "Missing exp claim")]
    [InlineData("""{"sub":"ann","exp":1000}""", 401, "exp not in future")]
    [InlineData("""{"sub":"ann","exp":"2000"}""", 400, "Invalid exp claim")]
    [InlineData("""{"sub":"ann","exp":null}""", 400, "Invalid exp claim")]
    [InlineData("""{"exp":2000}""", 401, "Token missing sub claim.")]
    [InlineData("""{"exp":2000,"sub":null}""", 401, "Token missing sub claim.")]
    [InlineData("""{"exp":2000,"sub":5}""", 400, "Malformed token")]
    [InlineData("""{"exp":2000,"sub":""}""", 400, "Malformed token")]
    [InlineData("""{"exp":2000,"exp":3000,"sub":"ann"}""", 400, "Malformed token")]
    [InlineData("""{"exp":2000,"sub":"\ud800"}""", 400, "Malformed token")]
    [InlineData("""{"exp":2000,"sub":"ann","_couchdb.roles":["a",3]}""", 400, "Malformed token")]
    [InlineData("""{"exp":2000,"sub":"ann","_couchdb.roles":null}""", 400, "Malformed token")]
    [InlineData("[1]", 400, "Not an object")]
    [InlineData("{", 400, "Malformed token")]
    public void Claims_that_are_wrong_are_refused(string claims, int status, string reason) =>
        AssertRefused(Sign("""{"alg":"HS256"}""", claims), status, reason);

    [Theory]
    [InlineData("""{"alg":"none"}""", "Invalid alg header parameter")]
    [InlineData("""{"alg":"None"}""", "Invalid alg header parameter")]
    [InlineData("""{"alg":"hs256"}""", "Invalid alg header parameter")]
    [InlineData("""{"alg":5}""", "Invalid alg header parameter")]
    [InlineData("""{}""", "Missing alg header parameter")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt"}""", "Invalid typ header parameter")]
    [InlineData("""{"alg":"HS256","kid":"other"}""", "Unknown kid")]
    [InlineData("""{"alg":"HS256","kid":5}""", "Unknown kid")]
    [InlineData("""{"alg":"RS256"}""", "Unknown kid")]
    public void Headers_that_are_wrong_are_refused(string header, string reason) => AssertRefused(Sign(header, Valid), 400, reason);

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a.b")]
    [InlineData("a.b.c")]
    [InlineData("a.b.c.d")]
    [InlineData("..")]
    public void Texts_that_are_no_tokens_are_refused(string token) => AssertRefused(token, 400, "Malformed token");

    [Fact]
    public void A_token_without_its_signature_is_refused()
    {
        var token = Sign("""{"alg":"HS256"}""", Valid);
        AssertRefused(token[..(token.LastIndexOf('.') + 1)], 400, "Bad HMAC");
        AssertRefused(token + "=", 400, "Malformed token");
    }

    [Fact]
    public void What_must_be_there_is_as_the_settings_say()
    {
        _options = _options with { Claims = TokenClaims.TryParse("exp, nbf, iat, kid, typ, {iss, \"ACME\"}")! };
        const string Header = """{"alg":"HS256","typ":"JWT","kid":"_default"}""";
        const string Claims = """{"sub":"ann","exp":2000,"nbf":999,"iat":1,"iss":"ACME"}""";
        Assert.Equal("ann", Verify(Sign(Header, Claims)).Name);
        AssertRefused(Sign(Header, Claims.Replace("999", "1000", StringComparison.Ordinal)), 401, "nbf not in past");
        AssertRefused(Sign(Header, Claims.Replace("nbf", "x", StringComparison.Ordinal)), 400, "Missing nbf claim");
        AssertRefused(Sign(Header, Claims.Replace("\"iat\":1", "\"iat\":\"1\"", StringComparison.Ordinal)), 400, "Invalid iat claim");
        AssertRefused(Sign(Header, Claims.Replace("ACME", "OTHER", StringComparison.Ordinal)), 400, "Invalid iss claim");
        AssertRefused(Sign(Header, Claims.Replace("iss", "x", StringComparison.Ordinal)), 400, "Missing iss claim");
        AssertRefused(Sign("""{"alg":"HS256","typ":"JWT"}""", Claims), 400, "Missing kid claim");
        AssertRefused(Sign("""{"alg":"HS256","kid":"_default"}""", Claims), 400, "Missing typ header parameter");
    }

    [Fact]
    public void Roles_may_stand_deeper()
    {
        _options = _options with { RolesPath = TokenOptions.SplitPath("my.nested._couchdb\\.roles") };
        const string Deep = """{"sub":"a","exp":2000,"my":{"nested":{"_couchdb.roles":["x"]}}}""";
        var roles = Verify(Sign("""{"alg":"HS256"}""", Deep)).Context.Roles;
        Assert.Equal(["x"], roles);
        Assert.Empty(Verify(Sign("""{"alg":"HS256"}""", """{"sub":"a","exp":2000,"my":[]}""")).Context.Roles);
    }

    [Fact]
    public void A_token_that_was_taken_expires_and_goes_with_its_key()
    {
        var token = Sign("""{"alg":"HS256"}""", Valid);
        Assert.Same(Verifier.Verify(token), Verifier.Verify(token));
        var verifier = Verifier;
        Assert.Equal("ann", verifier.Verify(token).Name);
        _options = _options with { Keys = Keys() };
        Assert.Equal("Unknown kid", Assert.Throws<DocumentException>(() => verifier.Verify(token)).Error.Reason);
        _options = _options with { Keys = Keys(("hmac:_default", "aGVsbG8=")) };
        Assert.Equal("ann", verifier.Verify(token).Name);
        _time.Advance(TimeSpan.FromSeconds(1000));
        Assert.Equal(401, Assert.Throws<DocumentException>(() => verifier.Verify(token)).Error.Status);
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public void A_key_verifies_what_it_was_made_for_and_nothing_else(string name)
    {
        var algorithm = TokenAlgorithm.Find(name)!;
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(name switch
        {
            "ES384" => ECCurve.NamedCurves.nistP384,
            "ES512" => ECCurve.NamedCurves.nistP521,
            _ => ECCurve.NamedCurves.nistP256,
        });
        var keys = new Dictionary<TokenKeyKind, TokenKey>
        {
            [TokenKeyKind.Secret] = TokenKey.TryParse(TokenKeyKind.Secret, "aGVsbG8=")!,
            [TokenKeyKind.Rsa] = TokenKey.TryParse(
                TokenKeyKind.Rsa, rsa.ExportSubjectPublicKeyInfoPem().Replace("\n", "\\n", StringComparison.Ordinal))!,
            [TokenKeyKind.Curve] = TokenKey.TryParse(TokenKeyKind.Curve, curve.ExportSubjectPublicKeyInfoPem())!,
        };
        _options = new TokenOptions { Keys = keys.ToDictionary(static key => new TokenKeyName(key.Key, "k"), static key => key.Value) };
        var header = $$"""{"alg":"{{name}}","kid":"k"}""";
        var token = Sign(header, Valid, data => algorithm.Kind switch
        {
            TokenKeyKind.Secret => CryptographicOperations.HmacData(algorithm.Hash, Hello, data),
            TokenKeyKind.Rsa => rsa.SignData(data, algorithm.Hash, name[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
            _ => curve.SignData(data, algorithm.Hash),
        });
        Assert.Equal("ann", Verify(token).Name);
        foreach (var other in TokenAlgorithm.All.Where(each => each != algorithm))
        {
            var renamed = header.Replace(name, other.Name, StringComparison.Ordinal);
            var changed = Sign(renamed, Valid, _ => Base64Url.DecodeFromChars(token.Split('.')[2]));
            Assert.Equal(400, Assert.Throws<DocumentException>(() => Verify(changed)).Error.Status);
        }

        var pem = Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem());

        // The classic confusion: the text of a public key as the secret of an HMAC.
        var confused = Sign("""{"alg":"HS256","kid":"k"}""", Valid, data => HMACSHA256.HashData(pem, data));
        AssertRefused(confused, 400, "Bad HMAC");
    }

    private TokenVerifier Verifier => field ??= new TokenVerifier(() => _options, _time);

    private Principal Verify(string token) => Verifier.Verify(token);

    private void AssertRefused(string token, int status, string reason)
    {
        var error = Assert.Throws<DocumentException>(() => Verify(token)).Error;
        Assert.Equal((status, reason), (error.Status, error.Reason));
    }

    private static string Sign(string header, string claims, Func<byte[], byte[]>? sign = null)
    {
        var message = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        sign ??= static data => HMACSHA256.HashData(Hello, data);
        return message + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(message)));
    }

    private static Dictionary<TokenKeyName, TokenKey> Keys(params (string Name, string Text)[] keys) => keys.ToDictionary(
        static key => TokenKeyName.TryParse(key.Name)!.Value,
        static key => TokenKey.TryParse(TokenKeyName.TryParse(key.Name)!.Value.Kind, key.Text)!);
}
