using System.Net;
using System.Runtime.CompilerServices;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Reads revisions from a remote database: many at once (<c>_bulk_get</c>), and one document at a time (<c>open_revs</c>) what did not
/// come so, or where the peer cannot do the first.
/// </summary>
internal sealed class RemoteRevisions(PeerHttp http)
{
    private const string Asked = "revs=true&attachments=false&att_encoding_info=true";
    private const string AskedLatest = Asked + "&latest=true";

    /// <summary>How many revisions are asked for in one URL.</summary>
    private const int RevisionsInPath = 50;

    /// <summary>About how many bytes of revisions are held at once that came of one URL.</summary>
    private const long MaxOpened = 16 << 20;

    /// <summary>Which part of the memory that is, where there is little.</summary>
    private const int OpenedPart = 8;

    /// <summary>How many elements more than it was asked for an answer may have.</summary>
    private const int MoreElements = 1000;

    private volatile Support _bulkGet = http.Options.UseBulkGet ? Support.Unknown : Support.No;
    private long _attempts;
    private long _documents;

    private enum Support
    {
        Unknown,
        Yes,
        No,
    }

    /// <summary>How many revisions were asked for with <c>_bulk_get</c>.</summary>
    public long BulkGetAttempts => Interlocked.Read(ref _attempts);

    /// <summary>How many of them came so.</summary>
    public long BulkGetDocuments => Interlocked.Read(ref _documents);

    /// <summary>Reads revisions.</summary>
    public async IAsyncEnumerable<FetchedRevision> FetchAsync(
        IReadOnlyList<MissingRevisions> missing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var wanted = new WantedRevisions(missing);
        Interlocked.Add(ref _attempts, _bulkGet == Support.No ? 0 : wanted.Count);
        for (var failures = 0; _bulkGet != Support.No && wanted.Count > 0;)
        {
            var before = wanted.Count;
            PeerException? broken = null;
            await using (var reading = BulkGetAsync(wanted, cancellation).GetAsyncEnumerator(cancellation))
            {
                while (true)
                {
                    try
                    {
                        if (!await reading.MoveNextAsync())
                        {
                            break;
                        }
                    }
                    catch (Exception failure) when (PeerFailures.IsOfPeer(failure))
                    {
                        broken = http.Unreachable(failure);
                        break;
                    }

                    Interlocked.Increment(ref _documents);
                    yield return reading.Current;
                }
            }

            if (broken is null)
            {
                break;
            }

            // The answer broke off: what has come has come, the rest is asked for again.
            failures = wanted.Count < before ? 1 : failures + 1;
            if (failures > http.Options.Retries)
            {
                throw broken;
            }

            await Task.Delay(http.Options.FirstDelay * Math.Pow(2, failures - 1), http.Time, cancellation);
        }

        using var share = http.Options.Memory is { } memory ? new MemoryShare(memory) : null;
        foreach (var (id, revisions) in wanted.Documents.Select(document => (document.Id, document.Revisions.ToArray())).ToArray())
        {
            foreach (var chunk in revisions.Chunk(RevisionsInPath))
            {
                for (var asked = chunk; asked.Length > 0;)
                {
                    var (opened, isWhole) = await OpenAsync(id, asked, wanted, share, cancellation);
                    foreach (var fetched in opened)
                    {
                        yield return fetched;
                    }

                    // What has not come of a part of an answer is asked for again, by itself where nothing came.
                    var left = isWhole ? [] : wanted.Of(id, chunk);
                    asked = opened.Count > 0 ? left : [.. left.Take(1)];
                }
            }
        }
    }

    private async IAsyncEnumerable<FetchedRevision> BulkGetAsync(
        WantedRevisions wanted, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var body = BulkGetReader.Body(wanted.Documents);
        using var answer = await http.OpenAsync(
            new PeerRequest(HttpMethod.Post, "_bulk_get?" + AskedFor(wanted))
            {
                Content = () => PeerHttp.Json(body),
                Expects = _bulkGet == Support.Unknown ? IsRefusal : status => status == HttpStatusCode.NotFound,
            },
            cancellation);
        if (!answer.IsSuccess)
        {
            _bulkGet = Support.No;
            yield break;
        }

        _bulkGet = Support.Yes;
        using var elements = new JsonElements(await answer.OpenAsync(cancellation), "results", http.Options, passesOver: true);
        var documents = new List<Range>();
        var mostElements = wanted.Count + MoreElements;
        for (var read = 0; await elements.ReadAsync(cancellation) is { } element; read++)
        {
            if (read > mostElements)
            {
                throw new InvalidDataException("The answer has more documents than it was asked for.");
            }

            documents.Clear();
            if (BulkGetReader.ReadResult(element.Span, documents) is not { } id || wanted.AncestorsOf(id) is not { } ancestors)
            {
                continue;
            }

            foreach (var document in documents)
            {
                // What no database would take may have been garbled on its way: it is read once more, by itself.
                var fetched = await ParseAsync(elements, id, element[document], ancestors, cancellation);
                if (fetched.Fault is null && wanted.Take(fetched))
                {
                    yield return fetched;
                }
            }
        }
    }

    private static string AskedFor(WantedRevisions wanted) => wanted.IsExact ? Asked : AskedLatest;

    /// <summary>What a peer may answer that knows no <c>_bulk_get</c>, and takes it for the name of a document.</summary>
    private static bool IsRefusal(HttpStatusCode status) => status
        is HttpStatusCode.BadRequest
        or HttpStatusCode.NotFound
        or HttpStatusCode.MethodNotAllowed
        or HttpStatusCode.NotAcceptable
        or HttpStatusCode.Conflict
        or HttpStatusCode.UnsupportedMediaType
        or HttpStatusCode.InternalServerError
        or HttpStatusCode.NotImplemented;

    /// <summary>Reads revisions of one document.</summary>
    /// <returns>What came, and whether that is all of the answer.</returns>
    private Task<(List<FetchedRevision> Opened, bool IsWhole)> OpenAsync(
        string id, RevisionId[] revisions, WantedRevisions wanted, MemoryShare? share, CancellationToken cancellation)
    {
        var hasFailed = false;
        var most = share is null ? MaxOpened : Math.Min(MaxOpened, share.Largest / OpenedPart);
        return http.RunAsync(
            new PeerRequest(
                HttpMethod.Get, $"{RemotePath.Document(id)}?{AskedFor(wanted)}&open_revs={RemotePath.Revisions(revisions)}"),
            async (answer, token) =>
            {
                using var elements = new JsonElements(await answer.OpenAsync(token), null, http.Options, passesOver: true);
                var opened = new List<FetchedRevision>();
                var documents = new List<Range>();
                var weight = 0L;
                while (weight < most && await elements.ReadAsync(token) is { } element)
                {
                    documents.Clear();
                    BulkGetReader.ReadOpened(element.Span, documents);
                    foreach (var document in documents)
                    {
                        opened.Add(await ParseAsync(elements, id, element[document], wanted.AncestorsOf(id)!, token));
                        weight += opened[^1].Weight;
                    }

                    await ReserveAsync(share, weight, token);
                }

                if (!hasFailed && opened.Find(static fetched => fetched.Fault is { Status: not 413 }) is { } garbled)
                {
                    hasFailed = true;
                    throw new InvalidDataException($"`{garbled.Id}`: {garbled.Fault!.Reason}");
                }

                if (elements.PassedOver > 0 && revisions.Length == 1)
                {
                    // No target of this node would take it, and it must not hold up the others.
                    opened.Add(FetchedRevision.TooLarge(id, revisions));
                }

                opened.RemoveAll(fetched => !wanted.Take(fetched));
                return (opened, elements.PassedOver == 0 && weight < most);
            },
            cancellation);
    }

    /// <summary>Reads a document, as long as there can be memory for it.</summary>
    private async ValueTask<FetchedRevision> ParseAsync(
        JsonElements elements, string id, ReadOnlyMemory<byte> json, IReadOnlyList<RevisionId> ancestors, CancellationToken cancellation) =>
        json.Length > JsonWeight.LongestSmall && !await elements.TakeAsync(RevisionParser.WeightOf(json.Span), cancellation)
            ? RevisionParser.TooLarge(id, json.Span)
            : RevisionParser.Parse(http, id, json.Span, ancestors);

    /// <exception cref="PeerException">There is no memory now.</exception>
    private async ValueTask ReserveAsync(MemoryShare? share, long bytes, CancellationToken cancellation)
    {
        try
        {
            await (share?.ReserveInAllAsync(bytes, cancellation) ?? ValueTask.CompletedTask);
        }
        catch (DocumentException refused)
        {
            throw http.Unreachable(new NoRoomException(refused));
        }
    }
}
