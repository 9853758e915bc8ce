using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudWall.Access.Sessions;

/// <summary>
/// The value of an <c>AuthSession</c> cookie, byte for byte as CouchDB makes it, so that sessions go on when a node takes CouchDB's place:
/// base64url of <c>NAME:TIME:CODE</c>, where TIME is the time of sign-in in seconds, hexadecimal, and CODE an HMAC of what is before it under the node's
/// secret with the salt of the user's password. A new password therefore ends the sessions.
/// </summary>
public sealed class SessionCookie
{
    private readonly byte[] _signed;
    private readonly byte[] _code;

    private SessionCookie(string name, string time, byte[] signed, byte[] code)
    {
        Name = name;
        _signed = signed;
        _code = code;
        Time = long.TryParse(time, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0 ? seconds : null;
    }

    /// <summary>The user's name.</summary>
    public string Name { get; }

    /// <summary>When the session began, in seconds since 1970; null where the cookie does not say.</summary>
    public long? Time { get; }

    /// <summary>Makes a value.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="time">Now, in seconds since 1970.</param>
    /// <param name="key">The node's secret, followed by the salt.</param>
    /// <param name="hash">The function of the code.</param>
    public static string Create(string name, long time, string key, SessionHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}:{time:X}"));
        return Base64Url.EncodeToString([.. signed, (byte)':', .. hash.Code(key, signed)]);
    }

    /// <summary>Reads a value.</summary>
    /// <returns>Null where it is malformed.</returns>
    public static SessionCookie? TryParse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (Decode(value) is not { } bytes)
        {
            return null;
        }

        var first = bytes.AsSpan().IndexOf((byte)':');
        var second = first < 0 ? -1 : bytes.AsSpan(first + 1).IndexOf((byte)':');
        if (second < 0)
        {
            return null;
        }

        second += first + 1;
        return new SessionCookie(
            Encoding.UTF8.GetString(bytes, 0, first),
            Encoding.UTF8.GetString(bytes, first + 1, second - first - 1),
            bytes[..second],
            bytes[(second + 1)..]);
    }

    /// <summary>Whether the node has made it.</summary>
    /// <param name="key">The node's secret, followed by the salt.</param>
    /// <param name="hashes">The functions, any of which will do.</param>
    public bool IsSignedWith(string key, IReadOnlyList<SessionHash> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        foreach (var hash in hashes)
        {
            if (CryptographicOperations.FixedTimeEquals(hash.Code(key, _signed), _code))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>As CouchDB reads it: both alphabets of base64, with or without padding.</summary>
    private static byte[]? Decode(string value)
    {
        var text = value.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
