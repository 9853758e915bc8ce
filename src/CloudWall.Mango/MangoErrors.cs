using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.Mango;

/// <summary>The refusals of CouchDB's Mango, with its names and words.</summary>
public static class MangoErrors
{
    /// <summary>A condition without a field.</summary>
    internal static DocumentException NoFieldName() =>
        Refuse("invalid_selector", "One or more conditions is missing a field name.");

    /// <summary>A selector that is not an object.</summary>
    internal static DocumentException NoSelector(ReadOnlySpan<byte> json) =>
        Refuse("invalid_selector_json", "Selector must be a JSON object, not: " + ErlangNotation.Print(json));

    /// <summary>An operator with an argument that it cannot take.</summary>
    internal static DocumentException BadArgument(string name, ReadOnlySpan<byte> json) =>
        Refuse("bad_arg", $"Bad argument for operator {name}: {ErlangNotation.Print(json)}");

    /// <summary>An operator that CouchDB knows and has not.</summary>
    internal static DocumentException NotSupported(string name) => Refuse("not_supported", "Unsupported operator: " + name);

    /// <summary>An operator that there is not.</summary>
    internal static DocumentException NoOperator(string name) => Refuse("invalid_operator", "Invalid operator: " + name);

    /// <summary>A selector with an operator that has no place there.</summary>
    internal static DocumentException BadField(ReadOnlySpan<byte> json) =>
        Refuse("bad_field", "Invalid field normalization on selector: " + ErlangNotation.Print(json));

    /// <summary>A field's name with an empty part.</summary>
    internal static DocumentException NoField(string name) => Refuse("invalid_field_name", "Invalid field name: " + name);

    /// <summary>A selector that is nested so deep that this node does not read it. CouchDB has no limit.</summary>
    internal static DocumentException TooDeep(int most) =>
        Refuse("invalid_selector", $"The selector is nested too deep: {most} levels are the most.");

    /// <summary>A selector that would take too much memory. CouchDB has no limit.</summary>
    internal static DocumentException TooLarge() => new(new DocumentError(413, "too_large", "The selector is too large."));

    /// <summary>A bookmark that none of this node's answers had.</summary>
    internal static DocumentException NoBookmark(ReadOnlySpan<byte> json) =>
        Refuse("invalid_bookmark", "Invalid bookmark value: " + Encoding.UTF8.GetString(json));

    /// <summary>Any other refusal.</summary>
    /// <param name="error">Its name.</param>
    /// <param name="reason">Its reason.</param>
    internal static DocumentException Refuse(string error, string reason) => new(new DocumentError(400, error, reason));

    /// <summary>A text as JSON.</summary>
    internal static byte[] Quote(string text)
    {
        using var json = new JsonBuffer(Encoding.UTF8.GetMaxByteCount(text.Length) + 2);
        return json.Text(text).WrittenSpan.ToArray();
    }
}
