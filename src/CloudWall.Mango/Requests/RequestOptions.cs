using System.Buffers.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Matching;

namespace CloudWall.Mango.Requests;

/// <summary>The members of a request's body. Each is taken once; what nobody has taken is refused.</summary>
internal sealed class RequestOptions
{
    private readonly List<(string Name, NormalJson Value)> _members;

    /// <summary>Begins with all members.</summary>
    /// <param name="body">An object.</param>
    public RequestOptions(NormalJson body) => _members = body.Members();

    /// <summary>Takes a member; null where there is none.</summary>
    public NormalJson? Take(string name)
    {
        var at = _members.FindIndex(member => member.Name == name);
        if (at < 0)
        {
            return null;
        }

        var value = _members[at].Value;
        _members.RemoveAt(at);
        return value;
    }

    /// <summary>Takes a member that must be there.</summary>
    /// <exception cref="DocumentException">400 <c>missing_required_key</c>.</exception>
    public NormalJson Require(string name) =>
        Take(name) ?? throw MangoErrors.Refuse("missing_required_key", "Missing required key: " + name);

    /// <summary>Takes a Boolean member.</summary>
    /// <exception cref="DocumentException">400 <c>invalid_boolean</c>.</exception>
    public bool Flag(string name, bool otherwise) => Take(name) is not { } value ? otherwise
        : value.Boolean ?? throw MangoErrors.Refuse("invalid_boolean", "Invalid boolean value: " + ErlangNotation.Print(value.Utf8.Span));

    /// <summary>Refuses a request with other members than those that were taken.</summary>
    /// <exception cref="DocumentException">400 <c>invalid_key</c>.</exception>
    public void RequireAllTaken()
    {
        if (_members is [var (name, _), ..])
        {
            throw MangoErrors.Refuse("invalid_key", $"Invalid key {name} for this request.");
        }
    }

    /// <summary>An integer that is not negative.</summary>
    /// <exception cref="DocumentException">400 <c>invalid_non_neg_integer</c>.</exception>
    public static long Count(NormalJson json) => Integer(json) is >= 0 and var value
        ? FindRequest.Bounded(value)
        : throw MangoErrors.Refuse(
            "invalid_non_neg_integer", ErlangNotation.Print(json.Utf8.Span) + " is not an integer greater than or equal to zero");

    /// <summary>An integer that is positive.</summary>
    /// <exception cref="DocumentException">400 <c>invalid_pos_integer</c>.</exception>
    public static long PositiveCount(NormalJson json) => Integer(json) is > 0 and var value
        ? FindRequest.Bounded(value)
        : throw MangoErrors.Refuse("invalid_pos_integer", ErlangNotation.Print(json.Utf8.Span) + " is not an integer greater than zero");

    /// <summary>A text.</summary>
    /// <exception cref="DocumentException">400 <c>invalid_string</c>.</exception>
    public static string Text(NormalJson json) => json.IsText
        ? json.Text()
        : throw MangoErrors.Refuse("invalid_string", "Invalid string: " + ErlangNotation.Print(json.Utf8.Span));

    /// <summary>A text that is not empty.</summary>
    /// <exception cref="DocumentException">400 <c>invalid_empty_string</c> or <c>invalid_string</c>.</exception>
    public static string Name(NormalJson json) => Text(json) is { Length: > 0 } text
        ? text
        : throw MangoErrors.Refuse("invalid_empty_string", "Index name or ddoc cannot be empty string");

    private static long? Integer(NormalJson json)
    {
        var text = json.Utf8.Span;
        return !NormalScan.IsInteger(text) ? null
            : Utf8Parser.TryParse(text, out long value, out var length) && length == text.Length ? value
            : text[0] == '-' ? long.MinValue
            : long.MaxValue;
    }
}
