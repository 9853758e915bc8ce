using System.Buffers;
using System.Text;

namespace CloudWall.Server.Http;

/// <summary>JSON as the argument of a call, so that pages of any origin can run it as a script.</summary>
internal sealed class JsonScript(string callback)
{
    /// <summary>What the name of the function may be made of.</summary>
    public static SearchValues<char> NameCharacters { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._[]");

    private readonly byte[] _start = Encoding.ASCII.GetBytes("/* CouchDB */" + callback + "(");

    /// <summary>What comes before the JSON.</summary>
    public ReadOnlySpan<byte> Start => _start;

    /// <summary>What comes after it.</summary>
    public static ReadOnlySpan<byte> End => ");\n"u8;
}
