using System.Globalization;
using System.Numerics;
using System.Text;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>What a name stands for while a rule is applied: text from a path or a query, or JSON that a rule or a key is made of.</summary>
internal readonly record struct RewriteValue
{
    private readonly string _value;
    private readonly bool _isJson;

    private RewriteValue(string value, bool isJson)
    {
        _value = value;
        _isJson = isJson;
    }

    /// <summary>Whether a parameter of this name is JSON, as keys are.</summary>
    public static bool IsKey(string name) => name is "key" or "startkey" or "start_key" or "endkey" or "end_key" or "keys";

    /// <summary>Text.</summary>
    public static RewriteValue OfText(string text) => new(text, isJson: false);

    /// <summary>A value in a rule.</summary>
    public static RewriteValue Of(NormalJson value) =>
        value.IsText ? OfText(value.Text()) : new(Encoding.UTF8.GetString(value.Utf8.Span), isJson: true);

    /// <summary>A list of values.</summary>
    public static RewriteValue OfElements(IEnumerable<RewriteValue> elements) =>
        new("[" + string.Join(',', elements.Select(static element => element.Json)) + "]", isJson: true);

    /// <summary>A parameter of the request.</summary>
    /// <exception cref="CloudWall.Documents.DocumentException">400: a key that is no JSON.</exception>
    public static (string Name, RewriteValue Value) OfParameter(string name, string value) =>
        (name, IsKey(name) ? Of(NormalJson.Parse(value)) : OfText(value));

    /// <summary>Text read as a rule's <c>formats</c> say; what cannot be read so stays as it is.</summary>
    public RewriteValue Formatted(string? format)
    {
        if (_isJson)
        {
            return this;
        }

        return format switch
        {
            "int" when BigInteger.TryParse(_value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                new(number.ToString(CultureInfo.InvariantCulture), isJson: true),
            "bool" when _value.Equals("true", StringComparison.OrdinalIgnoreCase) => new("true", isJson: true),
            "bool" when _value.Equals("false", StringComparison.OrdinalIgnoreCase) => new("false", isJson: true),
            _ => this,
        };
    }

    /// <summary>What goes into the query, or into the path.</summary>
    /// <param name="isKey">Whether JSON is wanted.</param>
    /// <exception cref="CloudWall.Documents.DocumentException">400: JSON that has no text.</exception>
    public string AsParameter(bool isKey)
    {
        if (isKey)
        {
            return Json;
        }

        if (!_isJson)
        {
            return _value;
        }

        // As in CouchDB, a list of strings is their text in a row.
        var json = NormalJson.FromStored(Encoding.UTF8.GetBytes(_value));
        return json.IsArray && json.Elements() is var elements && elements.TrueForAll(static element => element.IsText)
            ? string.Concat(elements.Select(static element => element.Text()))
            : throw HttpErrors.BadRequest("Query parameters of a rewrite rule are strings, but for keys.");
    }

    private string Json
    {
        get
        {
            if (_isJson)
            {
                return _value;
            }

            using var json = new JsonBuffer(64);
            return Encoding.UTF8.GetString(json.Text(_value).WrittenSpan);
        }
    }
}
