namespace CloudWall.Mesh.Identity;

/// <summary>A private key as far as signing needs it. A simulation has its own, whose signatures follow from its seed.</summary>
public abstract class SigningKey
{
    /// <summary>The public part.</summary>
    public abstract MemberKey Public { get; }

    /// <summary>Signs bytes: ECDSA over their SHA-256, two numbers of 32 bytes (IEEE P1363).</summary>
    public abstract byte[] Sign(ReadOnlySpan<byte> data);
}
