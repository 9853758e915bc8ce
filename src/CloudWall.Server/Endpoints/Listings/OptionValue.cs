using System.Globalization;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>The value of an option, from a query string (text) or from a body (JSON). Each refuses in CouchDB's words.</summary>
internal readonly struct OptionValue
{
    private readonly string? _text;
    private readonly NormalJson _json;

    /// <summary>From a query string, decoded.</summary>
    public OptionValue(string text) => _text = text;

    /// <summary>From a body.</summary>
    public OptionValue(NormalJson json) => _json = json;

    /// <summary>The value as JSON.</summary>
    /// <exception cref="DocumentException">400: it is no JSON.</exception>
    public NormalJson Json() => _text is null ? _json : NormalJson.Parse(_text);

    /// <summary>The value as text: a JSON string's content, any other JSON as it is.</summary>
    public string Text() => _text ?? (_json.IsText ? _json.Text() : Encoding.UTF8.GetString(_json.Utf8.Span));

    /// <summary>The value as a Boolean.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public bool Boolean() =>
        _text is not null || _json.IsText ? Query.ParseBoolean(Text())
        : _json.Boolean ?? throw Query.QueryParseError("Invalid boolean parameter: " + Text());

    /// <summary>The value as a whole number, not negative.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public long NonNegative()
    {
        if (_text is not null)
        {
            return Query.ParseNonNegative(_text);
        }

        var text = Text();
        if (_json.IsText)
        {
            throw Query.QueryParseError("Invalid value for integer: <<" + (text.Length == 0 ? string.Empty : ErlangText.Print(text)) + ">>");
        }

        var digits = text.AsSpan(text[0] == '-' ? 1 : 0);
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            throw Query.QueryParseError("Invalid value for integer: " + text);
        }

        if (text[0] == '-')
        {
            throw Query.QueryParseError("Invalid value for positive integer: " + text);
        }

        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
    }

    /// <summary>Refuses a value that is none of those that an option has.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public void OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        if (!allowed.Contains(Text()))
        {
            throw Query.QueryParseError($"Invalid value for `{name}`.");
        }
    }
}
