using System.Net;

namespace CloudWall.Replication.Remote;

/// <summary>
/// A request's body during which the peer's silence counts only while it does not take what is sent: what is sent may itself come
/// slowly from elsewhere.
/// </summary>
internal sealed class WatchedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly SilenceTimer _silence;

    public WatchedContent(HttpContent inner, SilenceTimer silence)
    {
        _inner = inner;
        _silence = silence;
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _silence.Pause();
        var watched = new WatchedWriting(stream, _silence);
        await using (watched)
        {
            await _inner.CopyToAsync(watched, context, cancellationToken);
        }

        _silence.Start();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? -1;
        return length >= 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
