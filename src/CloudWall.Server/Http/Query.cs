using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.Server.Http;

/// <summary>
/// The parameters of a query string in their order, decoded. Where one is given twice, <see cref="this[string]"/> and the
/// typed getters take the first, as CouchDB does for most; those who want the last (views, <c>_all_docs</c>) enumerate.
/// </summary>
internal sealed class Query : IReadOnlyList<KeyValuePair<string, string>>
{
    private static readonly Query Empty = new([]);

    private readonly List<KeyValuePair<string, string>> _parameters;

    private Query(List<KeyValuePair<string, string>> parameters) => _parameters = parameters;

    /// <inheritdoc/>
    public int Count => _parameters.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => _parameters[index];

    /// <summary>A parameter's value, or null where it is not given.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _parameters)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>Reads a query string whose escapes are well formed. Semicolons separate parameters as ampersands do.</summary>
    public static Query Parse(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return Empty;
        }

        // As in CouchDB, nothing between two separators is a parameter without a name.
        var parameters = new List<KeyValuePair<string, string>>();
        text = text[^1] is '&' or ';' ? text[..^1] : text;
        foreach (var range in text.SplitAny('&', ';'))
        {
            var pair = text[range];
            var equals = pair.IndexOf('=');
            parameters.Add(equals < 0
                ? new(PercentEncoding.Decode(pair), string.Empty)
                : new(PercentEncoding.Decode(pair[..equals]), PercentEncoding.Decode(pair[(equals + 1)..])));
        }

        return new Query(parameters);
    }

    /// <summary>Reads the fields of a form (application/x-www-form-urlencoded). What is no escape stands for itself.</summary>
    public static Query ParseForm(ReadOnlySpan<byte> body) => Parse(Encoding.Latin1.GetString(body));

    /// <summary>Whether a parameter is given, with or without a value.</summary>
    public bool Has(string name) => this[name] is not null;

    /// <summary>Whether a parameter is exactly <c>true</c>: how CouchDB reads the flags of documents (<c>revs</c>, <c>conflicts</c> …).</summary>
    public bool IsTrue(string name) => this[name] == "true";

    /// <summary>A parameter that is <c>true</c> or <c>false</c>, in any case.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public bool Boolean(string name, bool otherwise) => this[name] is { } value ? ParseBoolean(value) : otherwise;

    /// <summary>A parameter that is a whole number, not negative.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public long NonNegative(string name, long otherwise) => this[name] is { } value ? ParseNonNegative(value) : otherwise;

    /// <summary>A parameter that is a JSON value, checked but as it was sent; null where it is not given.</summary>
    /// <exception cref="DocumentException">400 <c>bad_request</c>: not JSON.</exception>
    public string? Json(string name)
    {
        if (this[name] is { } value)
        {
            CheckJson(value);
            return value;
        }

        return null;
    }

    /// <summary>Reads <c>true</c> or <c>false</c>, in any case.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public static bool ParseBoolean(string value) =>
        value.Equals("true", StringComparison.OrdinalIgnoreCase)
        || (value.Equals("false", StringComparison.OrdinalIgnoreCase)
            ? false
            : throw QueryParseError("Invalid boolean parameter: " + ErlangText.Print(value)));

    /// <summary>Reads a whole number; ones beyond 64 bits become the largest or smallest there is.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public static long ParseInteger(string value)
    {
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return BigInteger.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var big)
            ? big.Sign < 0 ? long.MinValue : long.MaxValue
            : throw QueryParseError("Invalid value for integer: " + ErlangText.Print(value));
    }

    /// <summary>Reads a whole number that is not negative.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public static long ParseNonNegative(string value)
    {
        var number = ParseInteger(value);
        return number >= 0 ? number : throw QueryParseError("Invalid value for positive integer: " + ErlangText.Print(value));
    }

    /// <summary>Checks that text is one JSON value.</summary>
    /// <exception cref="DocumentException">400 <c>bad_request</c>: not JSON.</exception>
    public static void CheckJson(string value)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(value), JsonDepth.Reader);
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            throw HttpErrors.InvalidJson();
        }
    }

    /// <summary>400 <c>query_parse_error</c>.</summary>
    public static DocumentException QueryParseError(string reason) => new(new DocumentError(400, "query_parse_error", reason));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _parameters.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
