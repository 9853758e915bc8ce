using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>A request as recorded, with its placeholders.</summary>
internal sealed record RecordedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, RecordedBody? Body)
{
    public static readonly RecordedRequest None = new("", "", new Dictionary<string, string>(), null);

    public static RecordedRequest Read(Literal request)
    {
        var body = request.Member("body") is { } json ? RecordedBody.OfJson(json)
            : request.Text("bodyText") is { } text ? RecordedBody.OfText(text)
            : request.Text("bodyBase64") is { } base64 ? RecordedBody.OfBytes(Convert.FromBase64String(base64))
            : null;
        return new RecordedRequest(
            request.Text("method") ?? throw new FormatException("a request without a method"),
            request.Text("path") ?? throw new FormatException("a request without a path"),
            request.Map("headers"),
            body);
    }

    /// <summary>All placeholders in it, known or not.</summary>
    public IEnumerable<string> Placeholders()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        string Note(string text)
        {
            names.UnionWith(Golden.Placeholders.NamesIn(text));
            return text;
        }

        Note(Path);
        foreach (var value in Headers.Values)
        {
            Note(value);
        }

        Body?.Fill(Note);
        return names;
    }
}

/// <summary>A request's body: JSON, text, or bytes.</summary>
internal sealed class RecordedBody
{
    private readonly Literal? _json;
    private readonly string? _text;
    private readonly byte[] _bytes = [];

    private RecordedBody(Literal? json, string? text, byte[] bytes) => (_json, _text, _bytes) = (json, text, bytes);

    public static RecordedBody OfJson(Literal json) => new(json, null, []);

    public static RecordedBody OfText(string text) => new(null, text, []);

    public static RecordedBody OfBytes(byte[] bytes) => new(null, null, bytes);

    /// <summary>The bytes to send, with placeholders filled in.</summary>
    public byte[] Fill(Func<string, string> fill) =>
        _json is not null ? Encoding.UTF8.GetBytes(_json.MapStrings(fill).ToText())
        : _text is not null ? Encoding.UTF8.GetBytes(fill(_text))
        : _bytes;
}
