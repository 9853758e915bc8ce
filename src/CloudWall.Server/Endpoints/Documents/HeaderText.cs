namespace CloudWall.Server.Endpoints.Documents;

/// <summary>Text from documents as values of headers.</summary>
internal static class HeaderText
{
    /// <summary>
    /// The text, with a question mark for each character that a header cannot have: what a document says must neither break
    /// the answer nor add headers to it.
    /// </summary>
    public static string Clean(string text) =>
        text.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? string.Create(text.Length, text, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
                }
            })
            : text;
}
