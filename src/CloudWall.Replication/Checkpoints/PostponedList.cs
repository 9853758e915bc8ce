using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Checkpoints;

/// <summary>
/// How the checkpoints of one replication list what is postponed. The list is sealed with a key of the node, so that no peer can decide
/// what is asked for: neither what the replication does not select, nor more than there is room for.
/// </summary>
/// <param name="key">A secret of the node.</param>
/// <param name="replicationId">The replication: a list of another one is none of its.</param>
internal sealed class PostponedList(ReadOnlyMemory<byte> key, string replicationId)
{
    /// <summary>How many revisions a list has at most.</summary>
    public const int MaxCount = 1000;

    /// <summary>How many bytes the list takes at most as it is written: with its history it must fit into what a peer may answer.</summary>
    public const int MaxBytes = 400_000;

    /// <summary>How many bytes the id of a document may take as it is written.</summary>
    public const int MaxIdBytes = 4096;

    /// <summary>What an entry takes at most besides its id.</summary>
    private const int EntryBytes = 128;

    private const string Member = "postponed";
    private const string SealMember = "postponed_seal";

    /// <summary>Whether a document's revisions can be listed.</summary>
    public static bool Takes(string id) => SizeOf(id) - EntryBytes <= MaxIdBytes;

    /// <summary>How many bytes a revision takes at most as it is written.</summary>
    public static int SizeOf(string id) => EntryBytes + JsonEncodedText.Encode(id).EncodedUtf8Bytes.Length;

    /// <summary>Whether there is room for these.</summary>
    public static bool Fits(IReadOnlyCollection<PostponedRevision> postponed) =>
        postponed.Count <= MaxCount && postponed.Sum(static each => (long)SizeOf(each.Id)) <= MaxBytes;

    /// <summary>Reads the list of a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint as JSON.</param>
    /// <returns>The list, empty where there is none; null where it is not one that this node wrote for this replication.</returns>
    public IReadOnlyList<PostponedRevision>? Read(ReadOnlyMemory<byte> checkpoint)
    {
        try
        {
            using var document = ForeignJson.Parse(checkpoint);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(Member, out var list))
            {
                return [];
            }

            if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxCount)
            {
                return null;
            }

            List<PostponedRevision> postponed = [.. list.EnumerateArray().Select(ParseEntry).OfType<PostponedRevision>()];
            return postponed.Count == list.GetArrayLength() && Fits(postponed) && IsSeal(Session.Text(root, SealMember), postponed)
                ? postponed
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes a list as members of a checkpoint, beside those of CouchDB; none where nothing is postponed.</summary>
    public void Write(Utf8JsonWriter json, IReadOnlyList<PostponedRevision> postponed)
    {
        if (postponed.Count == 0)
        {
            return;
        }

        json.WriteStartArray(Member);
        foreach (var each in postponed)
        {
            json.WriteStartObject();
            json.WriteString("id", each.Id);
            json.WriteString("rev", each.Revision.ToString());
            json.WriteNumber("attempts", each.Attempts);
            json.WriteNumber("missing", each.Missing);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString(SealMember, SealOf(postponed));
    }

    private static PostponedRevision? ParseEntry(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object
        && Session.Text(entry, "id") is { } id
        && Takes(id)
        && Session.Text(entry, "rev") is { } text
        && RevisionId.TryParse(Encoding.UTF8.GetBytes(text), out var revision)
            ? new PostponedRevision(id, revision, Small(entry, "attempts"), Small(entry, "missing"))
            : null;

    private static int Small(JsonElement entry, string name) =>
        (int)Math.Clamp(Session.Number(entry, name), 0, PostponedRevision.MaxAttempts);

    private bool IsSeal(string? text, List<PostponedRevision> postponed) =>
        text is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(SealOf(postponed)));

    /// <summary>The seal is of what the list says: peers may write its JSON in another way.</summary>
    private string SealOf(IReadOnlyList<PostponedRevision> postponed)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(replicationId);
            foreach (var each in postponed)
            {
                writer.Write(each.Id);
                writer.Write(each.Revision.ToString());
                writer.Write(each.Attempts);
                writer.Write(each.Missing);
            }
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key.Span, stream.ToArray()));
    }
}
