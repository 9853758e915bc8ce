using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudWall.Scripting.QueryServers;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// What functions throw, cut to what is told of it: they may throw as much as they have memory for, and it would go to clients and logs.
/// </summary>
internal static class ErrorText
{
    /// <summary>Bytes of an error's name, as JSON.</summary>
    public const int MostName = 1 << 10;

    /// <summary>Bytes of a reason, as JSON. Errors of compilation quote the function.</summary>
    public const int MostReason = 64 << 10;

    /// <summary>Bytes of a reason in words, and of a name, in a line of the log.</summary>
    public const int MostLogged = 1 << 10;

    private static readonly byte[] Ellipsis = Encoding.UTF8.GetBytes("…");

    /// <summary>The error that a function threw.</summary>
    /// <param name="name">Its name as JSON: a string.</param>
    /// <param name="reason">Its reason as JSON.</param>
    public static ScriptException Failure(ReadOnlySpan<byte> name, ReadOnlySpan<byte> reason) => new(Text(name), Reason(reason));

    /// <summary>A name as JSON, in words, with a replacement character for each half of one.</summary>
    public static string Text(ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(Cut(name, MostName).Span);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>A reason as JSON: where it is cut, it is a string, of the JSON that it was if it was none.</summary>
    public static ReadOnlyMemory<byte> Reason(ReadOnlySpan<byte> json)
    {
        if (json.Length <= MostReason || json[0] == '"')
        {
            return Cut(json, MostReason);
        }

        // In a string, a character may be three times as long.
        var text = Encoding.UTF8.GetBytes(Words(json, MostReason / 3));
        return Encoding.UTF8.GetBytes("\"" + JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"");
    }

    /// <summary>Text in UTF-8 as words, cut between two characters.</summary>
    public static string Words(ReadOnlySpan<byte> text, int most)
    {
        if (text.Length <= most)
        {
            return Encoding.UTF8.GetString(text);
        }

        while (most > 0 && (text[most] & 0xC0) == 0x80)
        {
            most--;
        }

        return Encoding.UTF8.GetString(text[..most]) + "…";
    }

    /// <summary>Words for a line of the log, cut between two characters.</summary>
    public static string Logged(string text)
    {
        if (text.Length <= MostLogged)
        {
            return text;
        }

        var most = char.IsHighSurrogate(text[MostLogged - 1]) ? MostLogged - 1 : MostLogged;
        return text[..most] + "…";
    }

    /// <summary>JSON without halves of characters; a string no longer than that.</summary>
    private static ReadOnlyMemory<byte> Cut(ReadOnlySpan<byte> json, int most)
    {
        var whole = json.Length <= most ? json.ToArray() : [.. json[..End(json, most)], .. Ellipsis, (byte)'"'];
        return LoneSurrogates.Replace(whole, new ArrayBufferWriter<byte>());
    }

    /// <summary>Where the last character of a JSON string ends that ends within so many bytes.</summary>
    private static int End(ReadOnlySpan<byte> json, int most)
    {
        var at = 1;
        while (true)
        {
            var next = at + Length(json[at..]);
            if (next > most)
            {
                return at;
            }

            at = next;
        }
    }

    /// <summary>How many bytes the first character has: two escapes make one where both are halves.</summary>
    private static int Length(ReadOnlySpan<byte> json) => json[0] switch
    {
        (byte)'\\' when json[1] == 'u' => json.Length > 7 && IsEscapedHalf(json) && json[6] == '\\' && json[7] == 'u' ? 12 : 6,
        (byte)'\\' => 2,
        < 0x80 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        _ => 4,
    };

    private static bool IsEscapedHalf(ReadOnlySpan<byte> escape) =>
        escape[2] is (byte)'d' or (byte)'D' && escape[3] is (byte)'8' or (byte)'9' or (byte)'a' or (byte)'A' or (byte)'b' or (byte)'B';
}
