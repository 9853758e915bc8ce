using System.Buffers;

namespace CloudWall.Documents.Json;

/// <summary>
/// JSON as CouchDB would print it after reading: no white space, its forms of numbers and escapes, and of members with the same
/// name only the last.
/// </summary>
public static class JsonNormalForm
{
    /// <summary>Writes any JSON value in its normal form.</summary>
    /// <exception cref="DocumentException">It is no JSON: 400 "invalid UTF-8 JSON".</exception>
    public static void Write(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        var json = JsonNormalizer.Rent();
        try
        {
            json.ReadValue(utf8, withTerm: false);
            output.Write(json.Body);
        }
        finally
        {
            json.Return();
        }
    }

    /// <summary>
    /// The Erlang term of a stored body, as <see cref="ParsedDocument.Term"/> has it: for a new revision whose body stays as it is.
    /// It is the same but for <c>-0.0</c>, whose sign the normal form does not have.
    /// </summary>
    /// <exception cref="DocumentException">It is no JSON: 400 "invalid UTF-8 JSON".</exception>
    public static byte[] ToTerm(ReadOnlySpan<byte> normalForm)
    {
        var json = JsonNormalizer.Rent(exact: true);
        try
        {
            json.ReadValue(normalForm, withTerm: true);
            return json.Term.ToArray();
        }
        finally
        {
            json.Return();
        }
    }
}
