using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Http;

/// <content>Writing the answer.</content>
internal sealed partial class Exchange
{
    private const string Json = "application/json";

    /// <summary>What a client has not taken after this time, it may not take for long.</summary>
    private static readonly TimeSpan SoonTaken = TimeSpan.FromSeconds(1);

    /// <summary>After how many writes that did not have to wait it is asked whether the client is still there.</summary>
    private const int SentBetweenLooks = 32;

    /// <summary>What is larger is sent in pieces of this size, so that only one of them is copied to be sent.</summary>
    private const int LongestPiece = 64 * 1024;

    private string? _requestId;
    private int _sentAtOnce;

    /// <summary>The answer's headers.</summary>
    public IHeaderDictionary Headers => _context.Response.Headers;

    /// <summary>
    /// Whether the status of the answer is one that no body goes with: functions may choose those, too (RFC 9110, 6.4.1).
    /// </summary>
    private bool IsBare => _context.Response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified;

    /// <summary>Whether the headers have been sent, so that no other answer is possible.</summary>
    public bool HasStarted => _context.Response.HasStarted;

    /// <summary>What the answer's headers and the log call this request; a client may choose it.</summary>
    public string RequestId => _requestId ??= ChooseRequestId();

    /// <summary>
    /// The absolute URI of a path, by the name under which the client reached us (proxies may say: <c>X-Forwarded-*</c>).
    /// </summary>
    /// <param name="path">The path, encoded; see <see cref="PercentEncoding.Encode"/>.</param>
    public string AbsoluteUri(string path)
    {
        var settings = Settings;
        var host = RequestHeaders[settings.ForwardedHostHeader].ToString();
        if (host.Length == 0)
        {
            host = RequestHeaders.Host.ToString();
        }

        if (host.Length == 0)
        {
            host = _context.Connection.LocalIpAddress is { } address
                ? new IPEndPoint(address, _context.Connection.LocalPort).ToString()
                : _host.Address().Authority;
        }

        return (IsSecure ? "https://" : "http://") + HeaderText.Clean(host) + path;
    }

    /// <summary>Whether the client has what an entity tag (with its quotes) stands for: <c>If-None-Match</c> names it.</summary>
    public bool IsFresh(string etag)
    {
        foreach (var line in RequestHeaders.IfNoneMatch)
        {
            var text = line.AsSpan();
            foreach (var range in text.SplitAny(',', ' '))
            {
                var tag = text[range];
                if ((tag.StartsWith("W/") ? tag[2..] : tag).SequenceEqual(etag))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>An entity tag, with its quotes, for content that has no name of its own.</summary>
    /// <param name="content">The content.</param>
    /// <param name="rest">What follows it.</param>
    public static string MakeETag(ReadOnlySpan<byte> content, ReadOnlySpan<byte> rest = default)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (rest.IsEmpty)
        {
            SHA256.HashData(content, hash);
        }
        else
        {
            using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hashing.AppendData(content);
            hashing.AppendData(rest);
            hashing.GetHashAndReset(hash);
        }

        return "\"" + Convert.ToHexStringLower(hash[..16]) + "\"";
    }

    /// <summary>Answers with JSON.</summary>
    public Task WriteJsonAsync(int status, ReadOnlyMemory<byte> json) => WriteJsonAsync(status, json.Span);

    /// <summary>Answers with JSON.</summary>
    public Task WriteJsonAsync(int status, ReadOnlySpan<byte> json)
    {
        Begin(status, Json);
        return WriteAsync(json, Script is null ? "\n"u8 : JsonScript.End);
    }

    /// <summary>Answers with JSON. The buffer may be disposed of when the task is there.</summary>
    public Task WriteJsonAsync(int status, JsonBuffer json) => WriteJsonAsync(status, json.WrittenSpan);

    /// <summary>Answers with JSON that may be large, without a copy of the whole: it must not change until the task has ended.</summary>
    public Task WriteLargeJsonAsync(int status, ReadOnlyMemory<byte> json)
    {
        Begin(status, Json);
        return WriteLargeAsync(json, Script is null ? "\n"u8 : JsonScript.End);
    }

    /// <summary>Answers <c>{"ok":true}</c>.</summary>
    public Task WriteOkAsync(int status = StatusCodes.Status200OK) => WriteJsonAsync(status, "{\"ok\":true}"u8);

    /// <summary>Answers with bytes of any type, which must not change until the task has ended.</summary>
    public Task WriteBytesAsync(int status, string contentType, ReadOnlyMemory<byte> bytes)
    {
        Begin(status, contentType);
        return WriteLargeAsync(bytes, []);
    }

    /// <summary>Answers 304: the client has what it asks for.</summary>
    public Task WriteNotModifiedAsync(string etag)
    {
        Headers.ETag = etag;
        Begin(StatusCodes.Status304NotModified, contentType: null);
        return Task.CompletedTask;
    }

    /// <summary>Answers with a status alone.</summary>
    public Task WriteEmptyAsync(int status)
    {
        Begin(status, contentType: null);
        return Task.CompletedTask;
    }

    /// <summary>Answers 301.</summary>
    /// <param name="path">The path (with query) to go to, encoded.</param>
    public Task RedirectAsync(string path)
    {
        Headers.Location = AbsoluteUri(path);
        return WriteEmptyAsync(StatusCodes.Status301MovedPermanently);
    }

    /// <summary>Answers with an error.</summary>
    public Task WriteErrorAsync(DocumentError error)
    {
        using var json = new JsonBuffer();
        json.Raw("{"u8).Failure(error).Raw("}"u8);

        // Reasons are often the client's, or a function's, own words.
        Headers.XContentTypeOptions = "nosniff";
        return WriteJsonAsync(error.Status, json);
    }

    /// <summary>
    /// Begins an answer of unknown length. For a status that goes alone the handler ends here: what it would write is not wanted. For
    /// HEAD it ends where the first bytes would be sent.
    /// </summary>
    /// <param name="status">The status.</param>
    /// <param name="contentType">The content type.</param>
    public ResponseStream BeginStream(int status = StatusCodes.Status200OK, string contentType = Json)
    {
        Begin(status, contentType);
        return IsBare ? throw new HeadAnsweredException() : new ResponseStream(this);
    }

    /// <summary>Sends bytes of an answer that has begun. A client that takes nothing for <c>stall_timeout</c> is cut off.</summary>
    /// <param name="bytes">The bytes; they may change when the task has ended, those of a single piece as soon as it is there.</param>
    /// <param name="stalled">Called where the client has not taken them soon, to let go of what need not be held meanwhile.</param>
    internal ValueTask SendAsync(ReadOnlyMemory<byte> bytes, Action? stalled = null)
    {
        return IsOnePiece(bytes.Length) ? Sent(_context.Response.BodyWriter.WriteAsync(bytes, Aborted), stalled) : SendPiecesAsync();

        async ValueTask SendPiecesAsync()
        {
            for (var left = bytes; !left.IsEmpty;)
            {
                var piece = left[..Math.Min(left.Length, LongestPiece)];
                await Sent(_context.Response.BodyWriter.WriteAsync(piece, Aborted), stalled);
                left = left[piece.Length..];
            }
        }
    }

    /// <summary>Whether so many bytes are sent at once, from a copy of them.</summary>
    internal static bool IsOnePiece(int length) => length <= LongestPiece;

    private ValueTask Sent(ValueTask<FlushResult> sending, Action? stalled)
    {
        if (!sending.IsCompletedSuccessfully)
        {
            return AwaitAsync(sending.AsTask(), stalled);
        }

        return sending.Result.IsCompleted ? throw HasGone()
            : ++_sentAtOnce % SentBetweenLooks == 0 ? LookAsync()
            : ValueTask.CompletedTask;

        // Bytes for a client that has hung up are dropped without a word until its token is cancelled, which needs a thread too: where all
        // are busy writing for those who have gone, each has to give way now and then.
        async ValueTask LookAsync()
        {
            await Task.Yield();
            Aborted.ThrowIfCancellationRequested();
        }

        OperationCanceledException HasGone() => new("The client has gone.", Aborted);

        async ValueTask AwaitAsync(Task<FlushResult> sending, Action? stalled)
        {
            _answerShare?.BeginWait();
            try
            {
                await TakenAsync(sending, stalled);
            }
            finally
            {
                _answerShare?.EndWait();
            }
        }

        async ValueTask TakenAsync(Task<FlushResult> sending, Action? stalled)
        {
            if (!await TryAwaitAsync(sending, SoonTaken))
            {
                stalled?.Invoke();
                if (!await TryAwaitAsync(sending, Settings.StallTimeout))
                {
                    _context.Abort();
                    throw HasGone();
                }

                await LookAsync();
            }

            if ((await sending).IsCompleted)
            {
                throw HasGone();
            }
        }

        async ValueTask<bool> TryAwaitAsync(Task sending, TimeSpan patience)
        {
            try
            {
                await sending.WaitAsync(patience, _host.Time);
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    /// <summary>Names the length of an answer that turns out to be short.</summary>
    internal void SetLength(long length) => _context.Response.ContentLength = length;

    /// <summary>Forgets an answer that has begun but not been sent.</summary>
    internal void Reset() => _context.Response.Clear();

    private void Begin(int status, string? contentType)
    {
        var headers = Headers;
        if (contentType is Json && Settings.AllowJsonp && headers.ContentType.Count == 0)
        {
            BecomeScript();
        }

        _context.Response.StatusCode = status;
        if (status == StatusCodes.Status304NotModified)
        {
            _context.Response.ContentLength = 0; // as CouchDB says
        }

        if (contentType is not null)
        {
            if (headers.ContentType.Count == 0)
            {
                headers.ContentType = contentType;
            }

            // As in CouchDB: what comes in parts says nothing about caching.
            if (headers.CacheControl.Count == 0 && !IsPlain && !contentType.StartsWith("multipart/", StringComparison.Ordinal))
            {
                headers.CacheControl = "must-revalidate";
            }
        }

        headers.Server = Product.ServerHeader;
        headers["X-Couch-Request-ID"] = RequestId;
        headers["X-CouchDB-Body-Time"] = BodyTicks == 0
            ? "0"
            : ((long)_host.Time.GetElapsedTime(0, BodyTicks).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        if (Principal.RenewalSalt is { } salt && headers.SetCookie.Count == 0)
        {
            headers.SetCookie = _host.Sessions.Begin(Principal.Name!, salt, IsSecure);
        }

        if (!IsPreflight)
        {
            _host.Cors.Value.Apply(RequestHeaders, headers);
        }

        if (RequestHeaders.TryGetValue("Prefer", out var prefer) && prefer.ToString().Equals("return=minimal", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var name in headers.Keys.Where(name => !Settings.PreferMinimal.Contains(name)).ToArray())
            {
                headers.Remove(name);
            }
        }
    }

    /// <summary>Whether the answer's CORS headers are those of a preflight.</summary>
    internal bool IsPreflight { get; set; }

    private Task WriteLargeAsync(ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> end)
    {
        if (IsOnePiece(bytes.Length) || IsBare || IsHead)
        {
            return WriteAsync(bytes.Span, end);
        }

        byte[] start = Script is null ? [] : Script.Start.ToArray();
        _context.Response.ContentLength = start.Length + bytes.Length + end.Length;
        return SendAllAsync(end.ToArray());

        async Task SendAllAsync(byte[] end)
        {
            AnswerShare.Cover(bytes.Length);
            if (start.Length > 0)
            {
                await SendAsync(start);
            }

            await SendAsync(bytes);
            await SendAsync(end);
        }
    }

    private Task WriteAsync(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> end)
    {
        if (IsBare)
        {
            return Task.CompletedTask;
        }

        var start = Script is null ? [] : Script.Start;
        _context.Response.ContentLength = start.Length + bytes.Length + end.Length;
        if (IsHead)
        {
            return Task.CompletedTask;
        }

        var writer = _context.Response.BodyWriter;
        Append(writer, start);
        Append(writer, bytes);
        Append(writer, end);
        return Sent(writer.FlushAsync(Aborted), stalled: null).AsTask();

        // Kestrel's writer hands out nothing unless it is asked for a size, and single blocks cost it least.
        static void Append(PipeWriter writer, ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var span = writer.GetSpan(Math.Min(bytes.Length, 4096));
                var count = Math.Min(bytes.Length, span.Length);
                bytes[..count].CopyTo(span);
                writer.Advance(count);
                bytes = bytes[count..];
            }
        }
    }

    private string ChooseRequestId()
    {
        var wanted = RequestHeaders["X-Couch-Request-ID"].ToString();
        if (wanted.Length is > 0 and <= 36 && wanted.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return wanted;
        }

        // A name in logs, no secret.
        Span<byte> bytes = stackalloc byte[5];
        Random.Shared.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
