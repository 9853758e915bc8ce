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
    public static void Write(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <summary>
    /// The Erlang term of a stored body, as <see cref="ParsedDocument.Term"/> has it: for a new revision whose body stays as it is.
    /// </summary>
    public static byte[] ToTerm(ReadOnlySpan<byte> normalForm) => throw new NotImplementedException();
}
