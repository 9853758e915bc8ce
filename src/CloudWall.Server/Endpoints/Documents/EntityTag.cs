using CloudWall.Documents.Revisions;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>Entity tags of documents and attachments.</summary>
internal static class EntityTag
{
    /// <summary>The tag of a revision: the revision in quotes.</summary>
    public static string Of(RevisionId revision)
    {
        if (revision.HashLength == 16)
        {
            Span<byte> utf8 = stackalloc byte[64];
            utf8[0] = (byte)'"';
            var length = 1 + revision.Format(utf8[1..]);
            utf8[length++] = (byte)'"';
            return System.Text.Encoding.ASCII.GetString(utf8[..length]);
        }

        return HeaderText.Clean("\"" + revision + "\"");
    }

    /// <summary>The tag of an attachment: its MD5 in base64.</summary>
    public static string Of(ReadOnlySpan<byte> md5) => "\"" + Convert.ToBase64String(md5) + "\"";
}
