namespace CloudWall.Access.Tokens;

/// <summary>The kinds of keys that sign tokens. A key of one kind never verifies an algorithm of another.</summary>
public enum TokenKeyKind
{
    /// <summary>A secret that signs and verifies (<c>hmac</c>).</summary>
    Secret,

    /// <summary>A public RSA key (<c>rsa</c>).</summary>
    Rsa,

    /// <summary>A public key of an elliptic curve (<c>ec</c>).</summary>
    Curve,
}
