using CloudWall.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Sequences;

/// <summary>The parameter <c>since</c> of feeds.</summary>
internal static class SinceParameter
{
    /// <summary>Reads it: <c>0</c>, <c>now</c>, or a token.</summary>
    /// <param name="tokens">The tokens of what the feed is about.</param>
    /// <param name="text">What the client sent.</param>
    /// <param name="latest">The latest sequence there is.</param>
    /// <returns>
    /// The sequence after which to begin: 0 for a token from elsewhere, and for one that is ahead of us, because then we have
    /// been put back to an earlier state and what the client saw after it may not be what there is now.
    /// </returns>
    /// <exception cref="DocumentException">400: it is neither.</exception>
    public static long ResolveSince(this SequenceTokens tokens, string text, long latest)
    {
        switch (text)
        {
            case "0":
                return 0;
            case "now":
                return latest;
        }

        return tokens.Parse(text, out var sequence) != SequenceOrigin.Malformed
            ? sequence <= latest ? sequence : 0
            : throw HttpErrors.BadRequest("Malformed sequence supplied in 'since' parameter.");
    }
}
