using System.Security.Cryptography;
using CloudWall.Access.Tokens;

namespace CloudWall.Access.Tests.Tokens;

public sealed class TokenKeyTests
{
    [Theory]
    [InlineData(TokenKeyKind.Secret, "!!!")]
    [InlineData(TokenKeyKind.Secret, "")]
    [InlineData(TokenKeyKind.Rsa, "aGVsbG8=")]
    [InlineData(TokenKeyKind.Curve, "aGVsbG8=")]
    [InlineData(TokenKeyKind.Curve, "-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----")]
    public void A_text_that_is_no_key_is_none(TokenKeyKind kind, string text) => Assert.Null(TokenKey.TryParse(kind, text));

    [Fact]
    public void A_key_is_read_as_its_kind_alone_and_no_private_one()
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.NotNull(TokenKey.TryParse(TokenKeyKind.Rsa, rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.NotNull(TokenKey.TryParse(TokenKeyKind.Rsa, rsa.ExportRSAPublicKeyPem()));
        Assert.NotNull(TokenKey.TryParse(TokenKeyKind.Curve, curve.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(TokenKey.TryParse(TokenKeyKind.Curve, rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(TokenKey.TryParse(TokenKeyKind.Rsa, curve.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(TokenKey.TryParse(TokenKeyKind.Rsa, rsa.ExportPkcs8PrivateKeyPem()));
        Assert.Null(TokenKey.TryParse(TokenKeyKind.Curve, curve.ExportECPrivateKeyPem()));
    }
}
