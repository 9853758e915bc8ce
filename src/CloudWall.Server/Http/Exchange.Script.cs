using CloudWall.Documents;

namespace CloudWall.Server.Http;

/// <content>JSON answers as scripts (JSONP): <c>[chttpd] allow_jsonp</c> and the parameter <c>callback</c>.</content>
internal sealed partial class Exchange
{
    private bool _hasNoScript;

    /// <summary>What stands around the JSON of this answer where it is a script; null else.</summary>
    internal JsonScript? Script { get; private set; }

    /// <summary>Makes a script of the answer that is about to begin, if the client asks for one.</summary>
    /// <exception cref="DocumentException">400: what is to be called is no name. The error is answered as JSON.</exception>
    private void BecomeScript()
    {
        if (_hasNoScript || Script is not null || Query["callback"] is not { Length: > 0 } callback)
        {
            return;
        }

        if (!callback.AsSpan().ContainsAnyExcept(JsonScript.NameCharacters))
        {
            Script = new JsonScript(callback);
            Headers.ContentType = "application/javascript";
            return;
        }

        _hasNoScript = true;
        throw HttpErrors.BadRequest("invalid_callback");
    }
}
