using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Sequences;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>A row of a changes feed.</summary>
internal static class ChangeRow
{
    /// <summary>Writes a row but for its end, so that a document may follow.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="tokens">The database's tokens.</param>
    /// <param name="sequence">The row's sequence, or null where it is not to be shown.</param>
    /// <param name="id">The document's id as UTF-8.</param>
    /// <param name="leaves">Its leaves that pass, the best first.</param>
    /// <param name="allLeaves">Whether to list all of them, or the first alone.</param>
    /// <param name="deleted">Whether the document is deleted; leaves that pass may be deletions in one that is not.</param>
    public static void Begin(
        JsonBuffer buffer,
        SequenceTokens tokens,
        long? sequence,
        ReadOnlySpan<byte> id,
        ReadOnlySpan<RevisionLeaf> leaves,
        bool allLeaves,
        bool deleted)
    {
        buffer.Raw("{\"seq\":"u8);
        _ = sequence is { } number ? buffer.Sequence(tokens, number) : buffer.Raw("null"u8);
        buffer.Raw(",\"id\":"u8).Utf8Text(id).Raw(",\"changes\":[{\"rev\":"u8).Revision(leaves[0].Revision);
        if (allLeaves)
        {
            foreach (var leaf in leaves[1..])
            {
                buffer.Raw("},{\"rev\":"u8).Revision(leaf.Revision);
            }
        }

        buffer.Raw(deleted ? "}],\"deleted\":true"u8 : "}]"u8);
    }
}
