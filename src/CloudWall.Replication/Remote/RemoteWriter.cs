using System.Net;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Stores revisions in a remote database as they are: those without attachments many at once (<c>_bulk_docs</c>), the others one by one
/// (<c>PUT</c>), so that attachments stream.
/// </summary>
internal sealed class RemoteWriter(PeerHttp http, Func<double> randomness)
{
    /// <summary>How many documents with attachments are sent at a time.</summary>
    private const int Abreast = 4;

    /// <summary>How many bytes an answer may have for each document, besides what it may have anyway.</summary>
    private const int LongestRow = 4096;

    /// <summary>How often the peer may say that it cannot read a request.</summary>
    private const int MaxAttempts = 5;

    /// <summary>How often the peer may say that it cannot read compressed parts before they are sent as they were.</summary>
    private const int MaxPackedAttempts = 2;

    private volatile bool _refusesPackedParts;

    private static ReadOnlySpan<byte> Opening => "{\"new_edits\":false,\"docs\":["u8;

    /// <summary>
    /// Whether the peer understands parts of a body that are compressed; of all that is known, only CouchDB and its kin do.
    /// </summary>
    public bool TakesPackedParts { get; set; } = true;

    /// <summary>Stores revisions.</summary>
    /// <returns>Those that were refused.</returns>
    public async Task<IReadOnlyList<WriteFailure>> WriteAsync(IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation)
    {
        var failures = new List<WriteFailure>();
        var batch = new List<FetchedRevision>();
        var attached = new List<FetchedRevision>();
        var weight = 0L;
        foreach (var revision in revisions)
        {
            if (revision.Fault is { } fault)
            {
                failures.Add(WriteFailure.Unfit(revision, fault));
            }
            else if (revision.Attachments.Count > 0)
            {
                attached.Add(revision);
            }
            else
            {
                if (batch.Count > 0 && weight + revision.Weight > http.Options.BatchBytes)
                {
                    await WriteManyAsync(batch, failures, cancellation);
                    batch = [];
                    weight = 0;
                }

                batch.Add(revision);
                weight += revision.Weight;
            }
        }

        await WriteManyAsync(batch, failures, cancellation);
        await WriteAttachedAsync(attached, failures, cancellation);
        return failures;
    }

    private static byte[] Body(List<FetchedRevision> revisions)
    {
        using var json = new JsonBuffer();
        json.Raw(Opening);
        for (var i = 0; i < revisions.Count; i++)
        {
            RevisionWriter.Write(i == 0 ? json : json.Raw(","u8), revisions[i], []);
        }

        return json.Raw("]}"u8).WrittenSpan.ToArray();
    }

    /// <summary>What a peer says of a document, and not of itself.</summary>
    private static bool IsRefusal(HttpStatusCode status) => status
        is HttpStatusCode.Forbidden
        or HttpStatusCode.Unauthorized
        or HttpStatusCode.Conflict
        or HttpStatusCode.PreconditionFailed
        || IsRefusalOfMany(status);

    /// <summary>What a peer says because of one document among others, or of them together.</summary>
    private static bool IsRefusalOfMany(HttpStatusCode status) => status
        is HttpStatusCode.BadRequest
        or HttpStatusCode.RequestEntityTooLarge
        or HttpStatusCode.UnsupportedMediaType
        or HttpStatusCode.ExpectationFailed
        or HttpStatusCode.UnprocessableEntity;

    private static bool IsPacked(FetchedAttachment attachment) => attachment.Encoding == ContentEncoding.Gzip;

    /// <summary>What a peer says that does not understand the form of a request.</summary>
    private static bool IsRefusalOfForm(HttpStatusCode status) =>
        status is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType;

    private async Task WriteManyAsync(List<FetchedRevision> revisions, List<WriteFailure> failures, CancellationToken cancellation)
    {
        if (revisions.Count == 0)
        {
            return;
        }

        var body = Body(revisions);
        var refused = await AskAsync(
            new PeerRequest(HttpMethod.Post, "_bulk_docs") { Content = () => PeerHttp.Json(body), Expects = IsRefusalOfMany },
            async (answer, token) =>
            {
                using var json = await answer.ReadJsonAsync(token, PeerAnswer.LongestSmall + (revisions.Count * LongestRow));
                ReadFailures(json.RootElement, revisions, failures);
            },
            cancellation);
        if (refused is null)
        {
            return;
        }

        if (revisions.Count == 1)
        {
            failures.Add(new WriteFailure(revisions[0].Id, revisions[0].Path[0], refused));
            return;
        }

        // One of them spoils it for the others, or they are too many: each half for itself.
        var half = revisions.Count / 2;
        await WriteManyAsync(revisions[..half], failures, cancellation);
        await WriteManyAsync(revisions[half..], failures, cancellation);
    }

    /// <summary>
    /// Asks the peer to take something. It must say more than once that it cannot read it: it may have been garbled on its way.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="read">Reads what it says when it takes it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="maxAttempts">How often it may say so.</param>
    /// <param name="mayBeOfForm">Whether what it refuses may be the form of the request, whoever says so and in whatever words.</param>
    /// <returns>Why it does not take it; null where it does.</returns>
    private async Task<DocumentError?> AskAsync(
        PeerRequest request,
        Func<PeerAnswer, CancellationToken, ValueTask> read,
        CancellationToken cancellation,
        int maxAttempts = MaxAttempts,
        bool mayBeOfForm = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            var refused = await http.RunAsync<DocumentError?>(
                request,
                async (answer, token) =>
                {
                    if (!answer.IsSuccess)
                    {
                        return await RefusalAsync(answer, mayBeOfForm, token);
                    }

                    await read(answer, token);
                    return null;
                },
                cancellation);
            if (refused is not { Status: 400 } || attempt == maxAttempts)
            {
                return refused;
            }
        }
    }

    /// <exception cref="PeerException">It is not the database that refuses, but something on the way to it.</exception>
    private async ValueTask<DocumentError> RefusalAsync(PeerAnswer answer, bool mayBeOfForm, CancellationToken cancellation)
    {
        var (error, reason) = await answer.ReadErrorAsync(cancellation);
        var status = (int)answer.Status;
        reason ??= $"{http.Address} answered {status}";
        return error is not null
            || answer.Status is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.ExpectationFailed
            || (mayBeOfForm && IsRefusalOfForm(answer.Status))
            ? new DocumentError(status, error ?? "refused", reason)
            : throw new PeerException(new DocumentError(status, "http_request_failed", reason), isTransient: true);
    }

    private void ReadFailures(JsonElement rows, List<FetchedRevision> revisions, List<WriteFailure> failures)
    {
        if (rows.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException("it does not say what became of the documents");
        }

        foreach (var row in rows.EnumerateArray())
        {
            if (row.ValueKind == JsonValueKind.Object
                && row.TryGetProperty("error", out var error)
                && row.TryGetProperty("id", out var id)
                && id.ValueKind == JsonValueKind.String)
            {
                var name = id.GetString()!;
                var reason = row.TryGetProperty("reason", out var given) ? given.ToString() : string.Empty;
                var refusal = new DocumentError(403, http.Redaction.Clean(error.ToString()), http.Redaction.Clean(reason));
                failures.Add(new WriteFailure(name, Revision(row, name, revisions), refusal));
            }
        }
    }

    private static RevisionId Revision(JsonElement row, string id, List<FetchedRevision> revisions) =>
        row.TryGetProperty("rev", out var given)
        && given.ValueKind == JsonValueKind.String
        && RevisionId.TryParse(System.Text.Encoding.UTF8.GetBytes(given.GetString()!), out var revision)
            ? revision
            : revisions.Find(each => each.Id == id)?.Path[0] ?? default;

    private async Task WriteAttachedAsync(List<FetchedRevision> revisions, List<WriteFailure> failures, CancellationToken cancellation)
    {
        foreach (var group in revisions.Chunk(Abreast))
        {
            foreach (var refusal in await Task.WhenAll(group.Select(revision => TryWriteOneAsync(revision, cancellation))))
            {
                if (refusal is not null)
                {
                    failures.Add(refusal);
                }
            }
        }
    }

    private async Task<WriteFailure?> TryWriteOneAsync(FetchedRevision revision, CancellationToken cancellation)
    {
        try
        {
            return await PeerException.AgainAsync(() => WriteOneAsync(revision, cancellation));
        }
        catch (PeerException broken) when (broken.IsOfDocument)
        {
            return WriteFailure.NotSent(revision, broken.Error);
        }
    }

    private async Task<WriteFailure?> WriteOneAsync(FetchedRevision revision, CancellationToken cancellation)
    {
        var follow = revision.Attachments.Where(attachment => attachment.RevisionPosition > revision.KnownGeneration).ToList();
        var refused = await PutAsync(revision, follow, cancellation);
        if (refused is { Status: 412 } && follow.Count < revision.Attachments.Count)
        {
            // The target has an ancestor, but not what was attached to it any more.
            refused = await PutAsync(revision, revision.Attachments, cancellation);
        }

        return refused is null ? null : new WriteFailure(revision.Id, revision.Path[0], refused);
    }

    private async Task<DocumentError?> PutAsync(
        FetchedRevision revision, IReadOnlyList<FetchedAttachment> follow, CancellationToken cancellation)
    {
        var unpacked = !TakesPackedParts || _refusesPackedParts;
        var refused = await PutAsync(revision, follow, unpacked, cancellation);
        if (unpacked || refused is null || !IsRefusalOfForm((HttpStatusCode)refused.Status) || !follow.Any(IsPacked))
        {
            return refused;
        }

        // It may be something on the way to the peer that does not understand compressed parts.
        refused = await PutAsync(revision, follow, unpacked: true, cancellation);
        _refusesPackedParts |= refused is null;
        return refused;
    }

    private Task<DocumentError?> PutAsync(
        FetchedRevision revision, IReadOnlyList<FetchedAttachment> follow, bool unpacked, CancellationToken cancellation)
    {
        using var json = new JsonBuffer();
        RevisionWriter.Write(json, revision, follow, unpacked);
        var document = json.WrittenSpan.ToArray();
        var isPacked = !unpacked && follow.Any(IsPacked);
        return AskAsync(
            new PeerRequest(HttpMethod.Put, RemotePath.Document(revision.Id) + "?new_edits=false")
            {
                Content = () => follow.Count == 0 ? PeerHttp.Json(
                    document) : new MultipartDocument(document, follow, Boundary(), unpacked, cancellation),
                Expects = IsRefusal,
            },
            static (_, _) => ValueTask.CompletedTask,
            cancellation,
            isPacked ? MaxPackedAttempts : MaxAttempts,
            mayBeOfForm: isPacked);
    }

    private string Boundary()
    {
        Span<char> text = stackalloc char[32];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = "0123456789abcdef"[(int)(randomness() * 16) & 15];
        }

        return text.ToString();
    }
}
