using System.IO.Compression;
using System.IO.Pipelines;
using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.Server.Http;

/// <summary>Reads the bodies of requests.</summary>
internal static class BodyReading
{
    /// <summary>Checks the <c>Content-Type</c> where CouchDB insists on it.</summary>
    /// <exception cref="DocumentException">415 <c>bad_content_type</c>.</exception>
    public static void RequireJson(this Exchange exchange)
    {
        var type = exchange.RequestHeaders.ContentType.ToString().AsSpan();
        var parameters = type.IndexOf(';');
        if (!(parameters < 0 ? type : type[..parameters]).SequenceEqual("application/json"))
        {
            throw HttpErrors.BadContentType("Content-Type must be application/json");
        }
    }

    /// <summary>The whole body, unpacked where it is gzipped. What is in it is for the caller to parse.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="most">How long it may be, whatever the settings allow.</param>
    /// <exception cref="DocumentException">As <see cref="ReadBodyAsync"/>.</exception>
    public static async ValueTask<RequestBody> ReadJsonAsync(this Exchange exchange, long most = long.MaxValue)
    {
        var body = new RequestBody(exchange.Memory, exchange.Aborted);
        try
        {
            await exchange.ReadBodyAsync(body, most);
            if (body.Span.Length > JsonWeight.LongestSmall)
            {
                await exchange.ReserveInAllAsync(new JsonWeight(body.Span).OfValue);
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Reads the whole body as it comes, unpacked where it is gzipped.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="sink">Takes it.</param>
    /// <param name="most">How long it may be, packed or unpacked, whatever the settings allow.</param>
    /// <exception cref="DocumentException">
    /// 400: there is none, or it is not gzip; 413: it is larger than <c>[chttpd] max_http_request_size</c>, packed or unpacked;
    /// 415: another encoding. 429: no memory is left for it.
    /// </exception>
    public static async ValueTask ReadBodyAsync(this Exchange exchange, IBodySink sink, long most = long.MaxValue)
    {
        if (exchange.ContentLength is null && !exchange.MayHaveBody)
        {
            throw HttpErrors.BadRequest("Missing request body");
        }

        var encoding = exchange.RequestHeaders.ContentEncoding.ToString();
        if (encoding is "" or "identity")
        {
            await ReadAsync(exchange, exchange.BodyReader, exchange.ContentLength ?? 0, sink, most);
            return;
        }

        if (encoding != "gzip")
        {
            throw HttpErrors.BadContentType(encoding + " is not a supported content encoding.");
        }

        const string NoGzip = "Request body is not properly gzipped.";
        if (exchange.ContentLength == 0)
        {
            throw HttpErrors.BadRequest(NoGzip);
        }

        try
        {
            await using var packed = new GzipInput(exchange.BodyReader.AsStream(leaveOpen: true));
            await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
            await ReadAsync(exchange, PipeReader.Create(unpacked), length: 0, sink, most);
            if (!packed.IsWhole)
            {
                throw HttpErrors.BadRequest(NoGzip);
            }
        }
        catch (InvalidDataException)
        {
            throw HttpErrors.BadRequest(NoGzip);
        }
    }

    /// <summary>The whole body in CouchDB's normal form (see <see cref="JsonNormalForm"/>).</summary>
    /// <exception cref="DocumentException">As <see cref="ReadJsonAsync"/>; and 400: it is no JSON.</exception>
    public static async ValueTask<JsonBuffer> ReadNormalJsonAsync(this Exchange exchange)
    {
        using var body = await exchange.ReadJsonAsync();
        var json = new JsonBuffer(body.Span.Length + 64);
        try
        {
            JsonNormalForm.Write(body.Span, json);
            return json;
        }
        catch
        {
            json.Dispose();
            throw;
        }
    }

    /// <summary>The whole body, which must be an object.</summary>
    /// <exception cref="DocumentException">As <see cref="ReadJsonAsync"/>; and 400: it is no JSON, or no object.</exception>
    public static async ValueTask<NormalJson> ReadObjectAsync(this Exchange exchange)
    {
        using var body = await exchange.ReadJsonAsync();
        var json = NormalJson.Parse(body.Span);
        return json.IsObject ? json : throw HttpErrors.BadRequest("Request body must be a JSON object");
    }

    private static async ValueTask ReadAsync(Exchange exchange, PipeReader reader, long length, IBodySink sink, long most)
    {
        var limit = Math.Min(exchange.Settings.MaxHttpRequestSize, most);
        if (exchange.ContentLength > limit)
        {
            throw new DocumentException(HttpErrors.BodyTooLarge);
        }

        await sink.ExpectAsync(length);
        var began = exchange.Time.GetTimestamp();
        for (var left = limit; ;)
        {
            var read = await reader.ReadAsync(exchange.Aborted);
            left -= read.Buffer.Length;
            if (left < 0)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw new DocumentException(HttpErrors.BodyTooLarge);
            }

            await sink.TakeAsync(read.Buffer);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                exchange.BodyTicks += exchange.Time.GetTimestamp() - began;
                return;
            }
        }
    }
}
