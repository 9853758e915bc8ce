using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;

namespace CloudWall.Replication.Peers;

/// <summary>
/// The attachments that the leaves of a document have here. Those of the document that was asked about last are kept: revisions of one
/// document come together, and it may have many leaves.
/// </summary>
/// <param name="database">The database.</param>
internal sealed class KnownAttachments(Database database)
{
    /// <summary>How many are kept; what is not found here is read from the source once more.</summary>
    private const int MostKept = 10_000;

    private readonly Dictionary<(string Digest, long Length), AttachmentInfo> _known = [];
    private string? _id;

    /// <summary>Finds an attachment by its content.</summary>
    /// <param name="id">The document's id.</param>
    /// <param name="digest">The digest as CouchDB writes it.</param>
    /// <param name="length">How many bytes the content has.</param>
    /// <returns>Null where no leaf has it.</returns>
    public AttachmentInfo? Find(string id, string digest, long length)
    {
        if (_id != id)
        {
            Read(id);
            _id = id;
        }

        return _known.GetValueOrDefault((digest, length));
    }

    private void Read(string id)
    {
        _known.Clear();
        foreach (var leaf in database.Find(id)?.Tree.Leaves ?? [])
        {
            if (_known.Count >= MostKept)
            {
                return;
            }

            using var stored = database.Read(id, leaf.Revision);
            foreach (var attachment in stored?.Attachments ?? [])
            {
                _known.TryAdd((attachment.Digest, attachment.Length), attachment);
            }
        }
    }
}
