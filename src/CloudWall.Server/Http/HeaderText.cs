namespace CloudWall.Server.Http;

/// <summary>Text from documents as values of headers.</summary>
internal static class HeaderText
{
    /// <summary>
    /// The text, with a question mark for each control character: what a document says must neither break the answer nor add headers to it.
    /// </summary>
    public static string Clean(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
            ? text
            : string.Create(text.Length, text, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = source[i] is < ' ' or '\u007f' ? '?' : source[i];
                }
            });
}
