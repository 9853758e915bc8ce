using System.Text;

namespace CloudWall.Documents.Json;

/// <summary>Which ids documents may have, as in CouchDB. No way in lets in others.</summary>
public static class DocumentId
{
    private const string LocalPrefix = "_local/";

    /// <summary>Finds out why no document may have an id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="limits">The size limits.</param>
    /// <param name="mayBeLocal">Whether the document may be a local one, which is not stored among the others.</param>
    /// <returns>400 <c>illegal_docid</c>; null where a document may have it.</returns>
    public static DocumentError? FaultOf(string id, DocumentLimits limits, bool mayBeLocal) =>
        ReasonAgainst(id, limits, mayBeLocal) is { } reason ? Illegal(reason)
        : limits.Partitioned && id[0] != '_' ? FaultOfPartition(id, limits)
        : null;

    /// <summary>Finds out why a text is no name of a partition (CouchDB's <c>couch_partition</c>).</summary>
    /// <returns>400 <c>illegal_partition</c>; null where it is one.</returns>
    public static DocumentError? FaultOfPartition(string partition) =>
        (partition switch
        {
            "" => "Partition must not be empty",
            ['_', ..] => "Partition must not start with an underscore",
            _ when !IsUnicode(partition) => "Partition must be valid UTF-8",
            _ when partition.Contains(':', StringComparison.Ordinal) => "Partition must not contain a colon",
            _ => null,
        }) is { } reason ? new DocumentError(400, "illegal_partition", reason) : null;

    /// <summary>The part of an id before the first colon, and that after it.</summary>
    private static DocumentError? FaultOfPartition(string id, DocumentLimits limits) =>
        id.Split(':', 2) is not [var partition, var rest] ? Illegal("Doc id must be of form partition:id")
        : FaultOfPartition(partition) ?? FaultOf(rest, limits with { Partitioned = false }, mayBeLocal: true);

    /// <summary>The error for an id that is none.</summary>
    internal static DocumentError Illegal(string reason) => new(400, "illegal_docid", reason);

    private static string? ReasonAgainst(string id, DocumentLimits limits, bool mayBeLocal)
    {
        if (id.Length == 0)
        {
            return "Document id must not be empty";
        }

        var isLocal = id.StartsWith(LocalPrefix, StringComparison.Ordinal);
        if (id is "_design/" or LocalPrefix || (isLocal && !mayBeLocal))
        {
            return $"Illegal document id `{id}`";
        }

        if (limits.MaxDocumentIdLength is > 0 and var max && (id.Length > max || Encoding.UTF8.GetByteCount(id) > max))
        {
            return "Document id is too long";
        }

        if (!IsUnicode(id))
        {
            return "Document id must be valid UTF-8";
        }

        return id[0] != '_' || isLocal || id.StartsWith("_design/", StringComparison.Ordinal)
            ? null
            : "Only reserved document ids may start with underscore.";
    }

    /// <summary>Whether a text has no lone surrogate. Invalid UTF-8 becomes one.</summary>
    internal static bool IsUnicode(string text)
    {
        var rest = text.AsSpan();
        var at = rest.IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0)
        {
            if (at + 1 >= rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1]))
            {
                return false;
            }

            rest = rest[(at + 2)..];
            at = rest.IndexOfAnyInRange('\uD800', '\uDFFF');
        }

        return true;
    }
}
