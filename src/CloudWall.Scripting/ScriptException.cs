using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CloudWall.Scripting;

/// <summary>
/// What a design document's code did wrong, as the pair that CouchDB answers with: <c>{"error":…,"reason":…}</c>.
/// The status is the server's to choose: <c>not_found</c>, <c>forbidden</c>, <c>unauthorized</c>, <c>method_not_allowed</c>
/// and <c>not_acceptable</c> have their own, everything else is a 500.
/// </summary>
public class ScriptException : Exception
{
    /// <summary>An unnamed failure.</summary>
    public ScriptException()
        : this("unnamed_error", "")
    {
    }

    /// <summary>An unnamed failure with a reason.</summary>
    public ScriptException(string message)
        : this("unnamed_error", message)
    {
    }

    /// <summary>An unnamed failure with a reason and what caused it.</summary>
    public ScriptException(string message, Exception innerException)
        : base(message, innerException)
    {
        Error = "unnamed_error";
        Reason = message;
        ReasonJson = Quote(message);
    }

    /// <summary>A failure with error and reason in words.</summary>
    public ScriptException(string error, string reason)
        : base(error + ": " + reason)
    {
        Error = error;
        Reason = reason;
        ReasonJson = Quote(reason);
    }

    /// <summary>A failure whose reason is any JSON value, as <c>throw {forbidden: {a: 1}}</c> gives.</summary>
    public ScriptException(string error, ReadOnlyMemory<byte> reasonJson)
        : base(error)
    {
        Error = error;
        ReasonJson = reasonJson;
        Reason = Unquote(reasonJson.Span);
    }

    /// <summary>CouchDB's error code, such as <c>compilation_error</c>, or whatever name the code threw.</summary>
    public string Error { get; }

    /// <summary>The reason in words; JSON text where the code threw something that is not a string.</summary>
    public string Reason { get; }

    /// <summary>The reason as JSON in UTF-8, for the answer's <c>reason</c> member.</summary>
    public ReadOnlyMemory<byte> ReasonJson { get; }

    /// <summary>Whether what the code was given is more than the engine takes, so that it is no fault of the code.</summary>
    public virtual bool IsOfArguments => false;

    /// <summary>The design document lacks the function, or a member on the way to it.</summary>
    public static ScriptException Missing(string member) => new("not_found", "missing json key: " + member);

    /// <summary>The code ran longer than <see cref="ScriptLimits.Timeout"/>.</summary>
    public static ScriptException TimedOut() => new("os_process_error", "OS process timed out.") { IsOfTime = true };

    /// <summary>Whether other calls have the memory or the place that this one needed, so that it may succeed later.</summary>
    public bool IsOfLoad { get; internal init; }

    /// <summary>Whether the code ran out of time.</summary>
    internal bool IsOfTime { get; private init; }

    /// <summary>Whether other calls have the memory that this one needed.</summary>
    internal bool IsStarved { get; private init; }

    /// <summary>Functions of others have the memory.</summary>
    internal static ScriptException Starved() =>
        new("os_process_error", "Too little memory is free for functions of design documents.") { IsStarved = true, IsOfLoad = true };

    internal static ScriptException Compilation(string reason) => new("compilation_error", reason);

    // By way of UTF-8, which has no halves of characters: code may throw them, and the encoder would refuse them.
    private static byte[] Quote(string text) =>
        [(byte)'"', .. JsonEncodedText.Encode(Encoding.UTF8.GetBytes(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];

    private static string Unquote(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString() is { } text
            ? text
            : Encoding.UTF8.GetString(json);
    }
}
