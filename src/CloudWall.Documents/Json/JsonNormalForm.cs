using System.Buffers;

namespace CloudWall.Documents.Json;

/// <summary>
/// CouchDB's normal form: JSON as CouchDB prints it after parsing it. It has no white space, CouchDB's forms of numbers and escapes, and
/// only the last of duplicate members.
/// </summary>
public static class JsonNormalForm
{
    /// <summary>Writes any JSON value in its normal form.</summary>
    /// <exception cref="DocumentException">400 "invalid UTF-8 JSON".</exception>
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
    /// Converts a stored body to its Erlang term (<see cref="ParsedDocument.Term"/>), for a new revision with an unchanged body. The result
    /// is exact except for <c>-0.0</c>, whose sign the normal form drops.
    /// </summary>
    /// <exception cref="DocumentException">400 "invalid UTF-8 JSON".</exception>
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
