using System.Security.Cryptography;

namespace CloudWall.Mesh.Roster;

/// <summary>The SHA-256 of a statement's bytes: what other statements name it by.</summary>
public readonly record struct StatementHash : IComparable<StatementHash>
{
    private readonly string? _hex;

    private StatementHash(string hex) => _hex = hex;

    /// <summary>64 hexadecimal digits in lower case.</summary>
    public string Hex => _hex ?? new string('0', Mesh.Hex.HashLength);

    /// <summary>The hash of a statement's bytes.</summary>
    public static StatementHash Of(ReadOnlySpan<byte> payload) => new(Convert.ToHexStringLower(SHA256.HashData(payload)));

    /// <summary>Reads 64 hexadecimal digits in lower case.</summary>
    /// <returns>Null where it is something else.</returns>
    public static StatementHash? TryParse(string? hex) =>
        hex is not null && Mesh.Hex.IsHash(hex) ? new StatementHash(hex) : null;

    /// <inheritdoc/>
    public override string ToString() => Hex;

    /// <inheritdoc/>
    public int CompareTo(StatementHash other) => string.CompareOrdinal(Hex, other.Hex);

    /// <summary>Whether one comes before another.</summary>
    public static bool operator <(StatementHash left, StatementHash right) => left.CompareTo(right) < 0;

    /// <summary>Whether one comes before another, or is the same.</summary>
    public static bool operator <=(StatementHash left, StatementHash right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one comes after another.</summary>
    public static bool operator >(StatementHash left, StatementHash right) => left.CompareTo(right) > 0;

    /// <summary>Whether one comes after another, or is the same.</summary>
    public static bool operator >=(StatementHash left, StatementHash right) => left.CompareTo(right) >= 0;
}
