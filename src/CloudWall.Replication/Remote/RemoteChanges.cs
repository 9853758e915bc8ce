using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>The changes of a remote database (<c>_changes</c>).</summary>
internal static class RemoteChanges
{
    /// <summary>How many bytes of rows are read at once.</summary>
    private const long MaxLength = 8 << 20;

    /// <summary>Reads the next changes. Whoever asks decides whether to ask again: the peer may be another one by then.</summary>
    public static Task<PeerChanges> ReadAsync(
        PeerHttp http, string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation) =>
        http.RunAsync(
            Request(since, limit, wait, selection, http.Options.Heartbeat) with { MayRepeat = false },
            async (answer, token) => await ReadAsync(await answer.OpenAsync(token), since, limit, http, token),
            cancellation);

    /// <summary>The request.</summary>
    internal static PeerRequest Request(string since, int limit, bool wait, ChangesSelection selection, TimeSpan heartbeat)
    {
        var sign = heartbeat.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        var path = new StringBuilder("_changes?feed=").Append(wait ? "longpoll" : "normal")
            .Append("&style=").Append(selection.WinnersOnly ? "main_only" : "all_docs")
            .Append("&since=").Append(RemotePath.Sequence(since))
            .Append(CultureInfo.InvariantCulture, $"&limit={limit}")

            // Peers that know no heartbeat answer after the time-out, and are asked again.
            .Append("&heartbeat=").Append(sign)
            .Append("&timeout=").Append(sign);
        if (selection.DocumentIds is { } ids)
        {
            return Posted(path.Append("&filter=_doc_ids"), json =>
            {
                json.Raw("\"doc_ids\":["u8);
                var separator = ""u8;
                foreach (var id in ids)
                {
                    json.Raw(separator).Text(id);
                    separator = ","u8;
                }

                json.Raw("]"u8);
            });
        }

        if (selection.Selector is { } selector)
        {
            return Posted(
                path.Append("&filter=_selector"), json => json.Raw("\"selector\":"u8).Raw(Encoding.UTF8.GetBytes(selector)));
        }

        if (selection.Filter is { } filter)
        {
            path.Append("&filter=").Append(Uri.EscapeDataString(filter));
            foreach (var (name, value) in selection.QueryParameters)
            {
                // What decides about the feed itself is not the filter's to say.
                if (name is not ("feed" or "style" or "since" or "limit" or "heartbeat" or "timeout" or "filter"))
                {
                    path.Append('&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
                }
            }
        }

        return new PeerRequest(HttpMethod.Get, path.ToString());
    }

    private static PeerRequest Posted(StringBuilder path, Action<JsonBuffer> write)
    {
        using var json = new JsonBuffer();
        write(json.Raw("{"u8));
        var body = json.Raw("}"u8).WrittenSpan.ToArray();
        return new PeerRequest(HttpMethod.Post, path.ToString()) { Content = () => PeerHttp.Json(body) };
    }

    private static async Task<PeerChanges> ReadAsync(
        Stream body, string since, int limit, PeerHttp http, CancellationToken cancellation)
    {
        using var elements = new JsonElements(body, "results", http.Options);
        var rows = new List<PeerChange>();
        var length = 0L;
        while (await elements.ReadAsync(cancellation) is { } row)
        {
            if (rows.Count > 0 && (rows.Count >= limit || length + row.Length > MaxLength))
            {
                // More than was asked for, or than is wise to hold: the rest is asked for again.
                return new PeerChanges(rows, rows[^1].Sequence, Pending: null, IsEnd: false);
            }

            length += row.Length;
            rows.Add(ReadRow(row.Span, http.Redaction));
        }

        var (last, pending) = ReadFrame(elements.Frame.Span);
        last ??= rows.Count > 0 ? rows[^1].Sequence : since;

        // Not all peers say how much is left, or say it right.
        var isEnd = pending == 0 || (rows.Count < limit && (pending is null || last == since));
        return new PeerChanges(rows, last, pending, isEnd);
    }

    private static PeerChange ReadRow(ReadOnlySpan<byte> json, Redaction redaction)
    {
        string? sequence = null;
        string? id = null;
        string? error = null;
        string? reason = null;
        var leaves = new List<RevisionId>(1);
        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ForeignJson.NameIs(ref reader, "seq"u8))
            {
                sequence = RawJson.Read(json, ref reader);
            }
            else if (ForeignJson.NameIs(ref reader, "id"u8))
            {
                id = RawJson.ReadText(ref reader);
            }
            else if (ForeignJson.NameIs(ref reader, "changes"u8))
            {
                ReadLeaves(ref reader, leaves);
            }
            else if (ForeignJson.NameIs(ref reader, "error"u8))
            {
                error = RawJson.ReadText(ref reader);
            }
            else if (ForeignJson.NameIs(ref reader, "reason"u8))
            {
                reason = RawJson.ReadText(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (sequence is not null && id is not null)
        {
            return new PeerChange(sequence, id, leaves);
        }

        // A feed that fails on the way says so in place of a row.
        throw error is null
            ? new InvalidDataException("A row of the changes has no sequence or no document.")
            : new PeerException(
                new DocumentError(500, redaction.Clean(error), redaction.Clean(reason ?? "unknown_error")), isTransient: true);
    }

    private static void ReadLeaves(ref Utf8JsonReader reader, List<RevisionId> leaves)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (ForeignJson.NameIs(ref reader, "rev"u8))
                {
                    leaves.Add(RawJson.ReadRevision(ref reader));
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private static (string? LastSequence, long? Pending) ReadFrame(ReadOnlySpan<byte> json)
    {
        string? last = null;
        long? pending = null;
        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ForeignJson.NameIs(ref reader, "last_seq"u8))
            {
                last = RawJson.Read(json, ref reader);
            }
            else if (ForeignJson.NameIs(ref reader, "pending"u8))
            {
                reader.Read();
                pending = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        return (last == "null" ? null : last, pending);
    }
}
