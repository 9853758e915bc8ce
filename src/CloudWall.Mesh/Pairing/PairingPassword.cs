using System.Diagnostics.CodeAnalysis;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Pairing;

/// <summary>What the new device was given: the code that a person has typed, or a link.</summary>
/// <param name="Password">The password of the key exchange.</param>
/// <param name="IsLink">Whether it is a link.</param>
/// <param name="Inviter">Who the link says that the inviter is; null for a code.</param>
public sealed record PairingPassword(string Password, bool IsLink, MemberId? Inviter)
{
    private const int CodeLength = 8;
    private const int LinkSecretLength = 22;

    /// <summary>Reads a code as a person has typed it, or a link.</summary>
    /// <returns>False where it is neither.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out PairingPassword? password)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        password = hash >= 0 ? ReadFragment(text[(hash + 1)..].Trim()) : ReadCode(text);
        return password is not null;
    }

    internal static string OfCode(string code) => "code " + code;

    internal static string OfLink(string secret) => "link " + secret;

    private static PairingPassword? ReadFragment(string fragment) =>
        fragment.Split('.') is [var inviter, { Length: LinkSecretLength } secret] && MemberId.TryParse(inviter) is { } id
            ? new PairingPassword(OfLink(secret), IsLink: true, id)
            : null;

    private static PairingPassword? ReadCode(string text) =>
        Base32.Normalize(text.Trim()) is { Length: CodeLength } code ? new PairingPassword(OfCode(code), IsLink: false, null) : null;
}
