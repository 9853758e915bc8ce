using CloudWall.Documents;
using CloudWall.Documents.Attachments;

namespace CloudWall.Server.Endpoints.Attachments;

/// <summary>Finds attachments by name.</summary>
internal static class AttachmentList
{
    /// <summary>Finds an attachment.</summary>
    /// <param name="attachments">The attachments.</param>
    /// <param name="name">Its name; null for one that no attachment can have.</param>
    /// <exception cref="DocumentException">404: the document has none of that name.</exception>
    public static AttachmentInfo Find(this IReadOnlyList<AttachmentInfo> attachments, string? name)
    {
        foreach (var attachment in attachments)
        {
            if (attachment.Name == name)
            {
                return attachment;
            }
        }

        throw new DocumentException(new DocumentError(404, "not_found", "Document is missing attachment"));
    }
}
