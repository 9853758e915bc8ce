using System.Buffers.Text;
using System.Text;

namespace CloudWall.Load.Http;

/// <summary>What a response's head says that matters for reading on (RFC 9112).</summary>
/// <param name="Status">The status.</param>
/// <param name="Length">The body's length where it is not chunked.</param>
/// <param name="Chunked">Whether it is.</param>
internal readonly record struct ResponseHead(int Status, long Length, bool Chunked)
{
    /// <summary>Reads a head.</summary>
    /// <param name="bytes">What has arrived.</param>
    /// <param name="head">The head.</param>
    /// <param name="length">How many bytes it took.</param>
    /// <returns>False where it has not arrived whole.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ResponseHead head, out int length)
    {
        head = default;
        length = bytes.IndexOf("\r\n\r\n"u8) + 4;
        if (length < 4)
        {
            return false;
        }

        var lines = bytes[..(length - 2)];
        if (!lines.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(lines[9..], out int status, out _))
        {
            throw new InvalidDataException("This is no HTTP/1.1.");
        }

        var bodyLength = 0L;
        var chunked = false;
        for (var at = lines.IndexOf("\r\n"u8) + 2; at < lines.Length;)
        {
            var line = lines[at..];
            line = line[..line.IndexOf("\r\n"u8)];
            at += line.Length + 2;
            if (Has(line, "content-length:"u8))
            {
                if (!Utf8Parser.TryParse(line[15..].TrimStart((byte)' '), out bodyLength, out _))
                {
                    throw new InvalidDataException("The length of a body is no number.");
                }
            }
            else if (Has(line, "transfer-encoding:"u8))
            {
                chunked = true;
            }
        }

        head = new ResponseHead(status, bodyLength, chunked);
        return true;
    }

    private static bool Has(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length >= name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name);
}
