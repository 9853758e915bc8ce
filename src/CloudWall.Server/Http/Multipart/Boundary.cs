using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Multipart;

namespace CloudWall.Server.Http.Multipart;

/// <summary>The text between the parts of a multipart body.</summary>
internal static class Boundary
{
    private const int MaxLength = 256;

    /// <summary>A new one: 32 hexadecimal digits.</summary>
    public static byte[] Create()
    {
        var boundary = new byte[32];
        Convert.TryToHexStringLower(RandomNumberGenerator.GetBytes(16), boundary, out _);
        return boundary;
    }

    /// <summary>The boundary that a content type names.</summary>
    /// <exception cref="DocumentException">400: it names none, or one that cannot be.</exception>
    public static byte[] Of(HeaderValue contentType)
    {
        var boundary = contentType.Value.StartsWith("multipart/", StringComparison.Ordinal) ? contentType.Find("boundary") : null;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxLength || boundary.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new DocumentException("Content-Type must name the boundary of a multipart body");
        }

        return Encoding.UTF8.GetBytes(boundary);
    }
}
