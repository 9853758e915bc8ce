using System.Net;
using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>What went wrong with a remote peer, as CouchDB's replicator tells it.</summary>
internal static class PeerFailures
{
    /// <summary>Whether an exception says that the peer could not be reached, or that its answer made no sense.</summary>
    public static bool IsOfPeer(Exception failure) =>
        failure is HttpRequestException or IOException or JsonException or InvalidDataException || IsOfText(failure);

    // Strings that are not UTF-8 pass for JSON until somebody asks what they say.
    private static bool IsOfText(Exception failure) => failure is InvalidOperationException { InnerException: DecoderFallbackException };

    /// <summary>Whether an answer may be another one later.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or (>= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented);

    /// <summary>A failure to reach the peer or to make sense of its answer, which may pass by itself.</summary>
    /// <param name="address">The peer.</param>
    /// <param name="redaction">The message may repeat what the peer sent, such as a line that is no header.</param>
    /// <param name="failure">What happened.</param>
    public static PeerException Unreachable(RemoteAddress address, Redaction redaction, Exception failure) => failure is NoRoomException
        ? PeerException.NoRoom(address.ToString(), failure)
        : new PeerException(
            new DocumentError(500, "http_request_failed", $"{address}: {redaction.Clean(failure.Message)}"), isTransient: true, failure);

    /// <summary>There is no such database.</summary>
    public static PeerException NoDatabase(RemoteAddress address) => new(
        new DocumentError(500, "db_not_found", $"could not open {address}"), isTransient: false);

    /// <summary>The credentials are none that let us in.</summary>
    public static PeerException Unauthorized(RemoteAddress address) => new(
        new DocumentError(401, "unauthorized", $"unauthorized to access or create database {address}"), isTransient: false);

    /// <summary>What an answer means that is none of the good ones.</summary>
    public static async ValueTask<PeerException> OfAsync(
        RemoteAddress address, PeerAnswer answer, TimeProvider time, CancellationToken cancellation)
    {
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return Unauthorized(address);
        }

        var (error, reason) = await answer.ReadErrorAsync(cancellation);
        var status = (int)answer.Status;
        return new PeerException(
            new DocumentError(
                status is >= 400 and < 500 ? status : 500,
                error ?? "http_request_failed",
                reason ?? $"{address} answered {status}"),
            IsTransient(answer.Status))
        {
            RetryAfter = RetryAfter(answer.Response, time),
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
