using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>Something that a member or the owner of a mesh has said and signed. Immutable.</summary>
public sealed class Statement
{
    private static ReadOnlySpan<byte> Domain => "cloudwall roster statement 1\0"u8;

    private readonly byte[] _payload;
    private readonly byte[] _signature;

    internal Statement(byte[] payload, byte[] signature, StatementFields fields)
    {
        _payload = payload;
        _signature = signature;
        Fields = fields;
        Hash = StatementHash.Of(payload);
    }

    /// <summary>What others name it by.</summary>
    public StatementHash Hash { get; }

    /// <summary>What it says.</summary>
    public StatementFields Fields { get; }

    /// <summary>Who has signed it.</summary>
    public MemberId Signer => Fields.Signer.Id;

    /// <summary>Its number among those of its signer: one more than the highest of those that it follows.</summary>
    public int Number => Fields.Number;

    /// <summary>What it says.</summary>
    public StatementBody Body => Fields.Body;

    /// <summary>The signed bytes.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>The signature.</summary>
    public ReadOnlyMemory<byte> Signature => _signature;

    /// <summary>Signs a statement.</summary>
    /// <exception cref="ArgumentException">It is longer than <see cref="RosterLimits.MaxStatementBytes"/>, or not well formed.</exception>
    public static Statement Sign(SigningKey key, StatementFields fields)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(fields);
        var payload = StatementCodec.Write(fields);
        return TryRead(payload, key.Sign([.. Domain, .. payload]))
            ?? throw new ArgumentException("It is no statement that others would accept.", nameof(fields));
    }

    /// <summary>Reads a statement without looking at the signature.</summary>
    /// <returns>Null where the bytes are none.</returns>
    public static Statement? TryRead(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature) =>
        payload.Length <= RosterLimits.MaxStatementBytes
        && signature.Length == MemberKey.SignatureLength
        && StatementCodec.TryRead(payload) is { } fields
            ? new Statement(payload.ToArray(), signature.ToArray(), fields)
            : null;

    /// <summary>Whether its signer has signed it.</summary>
    public bool IsGenuine() => Fields.Signer.Verify([.. Domain, .. _payload], _signature);
}
