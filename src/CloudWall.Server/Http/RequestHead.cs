using System.Buffers;
using System.Text;

namespace CloudWall.Server.Http;

/// <summary>What Kestrel makes of the head of a request, and how it would take one that it refuses. Pure.</summary>
internal static class RequestHead
{
    /// <summary>How much of a head is waited for to see whether it names a host.</summary>
    private const int MostHeld = 16 * 1024;

    // Kestrel refuses %00 in a target; no valid target has this.
    private const string NullStandIn = "%0\u007f";

    private static readonly SearchValues<byte> HostCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~!$&'()"u8);

    private static readonly SearchValues<byte> AddressCharacters = SearchValues.Create("ABCDEFabcdef0123456789:."u8);

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    private enum Host
    {
        Unknown,
        Fine,
        Odd,
        Missing,
    }

    /// <summary>Looks at what has come of a head.</summary>
    /// <param name="bytes">The bytes; what follows the head does not matter.</param>
    public static HeadLook Look(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadLine(bytes, out var line, out var headers))
        {
            return HeadLook.Partial;
        }

        var host = FindHost(headers, out _, out _, out _);
        if (host == Host.Unknown && headers.Length < MostHeld)
        {
            return HeadLook.Partial;
        }

        return host is Host.Odd or Host.Missing || IsOdd(line) ? HeadLook.Odd : HeadLook.Fine;
    }

    /// <summary>Makes a head that Kestrel takes, or the start of it.</summary>
    /// <param name="bytes">What has come of an odd one.</param>
    /// <param name="length">How much of that it stands for.</param>
    /// <param name="host">The host that was named in it and that Kestrel must not see; null where it may, or there is none.</param>
    public static byte[] Mend(ReadOnlySpan<byte> bytes, out int length, out string? host)
    {
        host = null;
        TryReadLine(bytes, out var line, out var headers);
        var mended = new ArrayBufferWriter<byte>(bytes.Length + 64);
        WriteLine(line, mended);
        length = bytes.Length - headers.Length;
        switch (FindHost(headers, out var start, out var end, out var value))
        {
            case Host.Odd:
                host = Encoding.UTF8.GetString(value);
                mended.Write(headers[..start]);
                mended.Write("Host:\r\n"u8);
                length += end;
                break;
            case Host.Missing:
                mended.Write("Host:\r\n"u8);
                break;
        }

        return mended.WrittenSpan.ToArray();
    }

    /// <summary>Reads a target of a mended head as it was sent.</summary>
    public static string Restore(string target) =>
        target.Contains('\u007f', StringComparison.Ordinal) ? target.Replace(NullStandIn, "%00", StringComparison.Ordinal) : target;

    private static bool TryReadLine(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> line, out ReadOnlySpan<byte> headers)
    {
        var start = bytes.TrimStart("\r\n"u8);
        var end = start.IndexOf((byte)'\n');
        line = end < 0 ? start : start[..(end + 1)];
        headers = end < 0 ? [] : start[(end + 1)..];
        return end >= 0;
    }

    private static bool IsOdd(ReadOnlySpan<byte> line) => line.ContainsAnyExceptInRange((byte)1, (byte)127) || line.IndexOf("%00"u8) >= 0;

    /// <summary>Finds the host, and where its line begins and ends.</summary>
    private static Host FindHost(ReadOnlySpan<byte> headers, out int start, out int end, out ReadOnlySpan<byte> value)
    {
        for (start = end = 0; ; start = end)
        {
            var rest = headers[end..];
            var next = rest.IndexOf((byte)'\n') + 1;
            if (next == 0)
            {
                value = [];
                return Host.Unknown;
            }

            end += next;
            var line = rest[..next].TrimEnd("\r\n"u8);
            if (line.IsEmpty)
            {
                value = [];
                return Host.Missing;
            }

            if (line.Length > 4 && line[4] == ':' && Ascii.EqualsIgnoreCase(line[..4], "host"u8))
            {
                value = line[5..].Trim(" \t"u8);
                return IsHost(value) ? Host.Fine : Host.Odd;
            }
        }
    }

    private static bool IsHost(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return true;
        }

        ReadOnlySpan<byte> after;
        if (value[0] == '[')
        {
            var close = value.IndexOf((byte)']');
            if (close < 2 || value[1..close].ContainsAnyExcept(AddressCharacters))
            {
                return false;
            }

            after = value[(close + 1)..];
        }
        else
        {
            var length = value.IndexOfAnyExcept(HostCharacters);
            if (length == 0)
            {
                return false;
            }

            after = length < 0 ? [] : value[length..];
        }

        return after.IsEmpty || (after.Length > 1 && after[0] == ':' && !after[1..].ContainsAnyExcept(Digits));
    }

    /// <summary>Escapes what Kestrel does not take; the decoded target stays the same.</summary>
    private static void WriteLine(ReadOnlySpan<byte> line, ArrayBufferWriter<byte> output)
    {
        for (var i = 0; i < line.Length; i++)
        {
            var value = line[i];
            if (value == 0 || line[i..].StartsWith("%00"u8))
            {
                output.Write("%0\u007f"u8);
                i += value == 0 ? 0 : 2;
            }
            else if (value > 127)
            {
                output.Write([(byte)'%', Hex(value >> 4), Hex(value & 15)]);
            }
            else
            {
                output.Write([value]);
            }
        }

        static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);
    }
}
