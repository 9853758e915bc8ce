using System.Security.Cryptography;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Tests.Identity;

public sealed class NodeKeyTests
{
    [Fact]
    public void The_id_is_the_hash_of_the_public_key_in_its_certificate()
    {
        using var key = NodeKey.Create();
        using var certificate = key.CreateCertificate();
        var spki = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(spki)), key.Public.Id.Hex);
        Assert.Equal(key.Public.Id, MemberId.Of(spki));
    }

    [Fact]
    public void People_see_the_id_in_groups_and_its_first_in_the_name()
    {
        using var key = NodeKey.Create();
        var groups = key.Public.Id.ToString().Split('-');
        Assert.Equal(13, groups.Length);
        Assert.All(groups, static group => Assert.Equal(4, group.Length));
        Assert.Equal($"cloudwall-{groups[0]}.local", key.HostName);
    }

    [Fact]
    public void Only_the_key_itself_signs_what_its_public_part_accepts()
    {
        using var key = NodeKey.Create();
        using var other = NodeKey.Create();
        var signature = key.Sign("text"u8);
        Assert.True(key.Public.Verify("text"u8, signature));
        Assert.False(key.Public.Verify("Text"u8, signature));
        Assert.False(other.Public.Verify("text"u8, signature));
        Assert.False(key.Public.Verify("text"u8, signature.AsSpan(1)));
    }

    [Fact]
    public void A_point_that_is_none_of_the_curve_verifies_nothing()
    {
        using var key = NodeKey.Create();
        var point = new byte[MemberKey.PointLength];
        point[0] = 4;
        point[5] = 1;
        Assert.True(MemberKey.TryParse(point, out var none));
        Assert.False(none.Verify("text"u8, key.Sign("text"u8)));
        Assert.False(MemberKey.TryParse(point.AsSpan(1), out _));
    }

    [Fact]
    public void A_key_is_the_same_after_it_was_stored()
    {
        using var key = NodeKey.Create();
        using var again = NodeKey.Import(key.Export());
        Assert.Equal(key.Public, again.Public);
        Assert.True(key.Public.Verify("text"u8, again.Sign("text"u8)));
    }

    [Fact]
    public void A_key_of_another_curve_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<CryptographicException>(() => NodeKey.Import(other.ExportPkcs8PrivateKey()));
    }
}
