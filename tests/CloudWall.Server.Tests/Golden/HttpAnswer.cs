namespace CloudWall.Server.Tests.Golden;

/// <summary>What came back for a request, or why nothing did.</summary>
/// <param name="Status">The status; 0 when there was no answer.</param>
/// <param name="Headers">By lower-case name; values of a name that came twice are joined with a line end.</param>
/// <param name="Body">What came of the body, chunks put together.</param>
/// <param name="Elapsed">The time from before the request to the end of the answer.</param>
/// <param name="Failure">Why the answer is missing or not complete; null when it is complete, or was cut off by a <see cref="StopRule"/>.</param>
internal sealed record HttpAnswer(
    int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, TimeSpan Elapsed, string? Failure = null)
{
    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name.ToLowerInvariant());

    public static HttpAnswer Failed(string failure, TimeSpan elapsed) =>
        new(0, new Dictionary<string, string>(), [], elapsed, failure);
}

/// <summary>A request as it goes onto the wire.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, sent as they stand.</param>
/// <param name="Headers">Besides Host and Content-Length. Values are sent as UTF-8.</param>
/// <param name="Body">The body; null for none.</param>
internal sealed record HttpRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[]? Body);
