using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using CloudWall.Documents;

namespace CloudWall.Server.Http;

/// <summary>
/// What a request names, read from the request line as the client sent it. The framework's own decoded path will not do:
/// to CouchDB <c>a%2Fb</c> is one segment with a slash in it and <c>a/b</c> are two, a plus sign is a space, <c>..</c> is a
/// name like any other, and empty segments do not count.
/// </summary>
internal sealed class RequestTarget
{
    private readonly byte[] _decoded;
    private readonly int[] _ends;
    private readonly string?[] _texts;

    private RequestTarget(string raw, byte[] decoded, int[] ends, Query query)
    {
        Raw = raw;
        Query = query;
        _decoded = decoded;
        _ends = ends;
        _texts = new string?[ends.Length];
    }

    /// <summary>The path <c>/</c>.</summary>
    public static RequestTarget Root { get; } = new("/", [], [], Query.Parse([]));

    /// <summary>The path and query as they were sent, without scheme and host.</summary>
    public string Raw { get; }

    /// <summary>The path as it was sent, without the query.</summary>
    public ReadOnlySpan<char> RawPath => PathOf(Raw);

    /// <summary>The query's parameters.</summary>
    public Query Query { get; }

    /// <summary>How many segments the path has.</summary>
    public int Count => _ends.Length;

    /// <summary>A segment's decoded bytes, which need not be UTF-8.</summary>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _decoded.AsSpan(start, _ends[index] - start);
    }

    /// <summary>A segment as text; what is not UTF-8 becomes U+FFFD (see <see cref="IsUtf8"/>).</summary>
    public string Text(int index) => _texts[index] ??= Encoding.UTF8.GetString(Bytes(index));

    /// <summary>Whether a segment's bytes are UTF-8.</summary>
    public bool IsUtf8(int index) => Utf8.IsValid(Bytes(index));

    /// <summary>The segments from an index on, joined with slashes: an attachment's name.</summary>
    public string TextFrom(int index) => index == Count - 1 ? Text(index) : string.Join('/', TextsFrom(index));

    /// <summary>Reads a request line's target.</summary>
    /// <param name="raw">The target: a path (RFC 9112, section 3.2.1), or an absolute URI, of which scheme and host are dropped.</param>
    /// <param name="plusIsSpace">Whether a plus sign in the path is a space; in the query it always is.</param>
    /// <param name="target">The parsed target.</param>
    /// <param name="error">Else: what CouchDB answers.</param>
    public static bool TryParse(
        string raw, bool plusIsSpace, [NotNullWhen(true)] out RequestTarget? target, [NotNullWhen(false)] out DocumentError? error)
    {
        target = null;
        raw = RequestHead.Restore(WithoutOrigin(raw));
        if (raw.Length == 0 || raw[0] != '/')
        {
            error = DocumentError.BadRequest("invalid_path");
            return false;
        }

        if (!PercentEncoding.IsWellFormed(raw))
        {
            error = DocumentError.BadRequest("invalid_url_encoding");
            return false;
        }

        var path = PathOf(raw);
        var count = CountSegments(path);
        var ends = count == 0 ? [] : new int[count];
        var decoded = count == 0 ? [] : new byte[path.Length];
        var written = 0;
        var index = 0;
        foreach (var range in path.Split('/'))
        {
            var segment = path[range];
            if (!segment.IsEmpty)
            {
                written += PercentEncoding.Decode(segment, decoded.AsSpan(written), plusIsSpace);
                ends[index++] = written;
            }
        }

        target = new RequestTarget(raw, decoded, ends, Query.Parse(QueryOf(raw)));
        error = null;
        return true;
    }

    private IEnumerable<string> TextsFrom(int index)
    {
        for (; index < Count; index++)
        {
            yield return Text(index);
        }
    }

    private static int CountSegments(ReadOnlySpan<char> path)
    {
        var count = 0;
        var previous = '/';
        foreach (var c in path)
        {
            count += c != '/' && previous == '/' ? 1 : 0;
            previous = c;
        }

        return count;
    }

    private static string WithoutOrigin(string raw)
    {
        if (raw.StartsWith('/'))
        {
            return raw;
        }

        var authority = raw.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
        {
            return raw;
        }

        var path = raw.IndexOf('/', authority + 3);
        return path < 0 ? "/" : raw[path..];
    }

    private static ReadOnlySpan<char> PathOf(string raw)
    {
        var end = raw.AsSpan().IndexOfAny('?', '#');
        return end < 0 ? raw : raw.AsSpan(0, end);
    }

    private static ReadOnlySpan<char> QueryOf(string raw)
    {
        var fragment = raw.IndexOf('#', StringComparison.Ordinal);
        var rest = fragment < 0 ? raw.AsSpan() : raw.AsSpan(0, fragment);
        var start = rest.IndexOf('?');
        return start < 0 ? [] : rest[(start + 1)..];
    }
}
