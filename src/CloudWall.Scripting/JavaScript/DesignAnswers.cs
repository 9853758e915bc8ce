using CloudWall.Scripting.DesignDocuments;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Reads what the functions of a design document other than its views gave back. It is a stranger's.</summary>
internal static class DesignAnswers
{
    /// <summary>What an update function gave: a document and a response.</summary>
    /// <exception cref="ScriptException">It is something else.</exception>
    public static UpdateResult ReadUpdate(ReadOnlySpan<byte> answer) =>
        DriverError.ReadValues(answer) is [var changed, var response]
            ? new UpdateResult(changed, response)
            : throw DriverError.Unreadable();

    /// <summary>Where a request goes; null for nowhere.</summary>
    /// <exception cref="ScriptException">It is something else.</exception>
    public static ReadOnlyMemory<byte>? ReadRule(ReadOnlySpan<byte> answer) => DriverError.ReadValues(answer) switch
    {
        [] => null,
        [var rule] => rule,
        _ => throw DriverError.Unreadable(),
    };

    /// <summary>Which documents pass: as many as there were.</summary>
    /// <exception cref="ScriptException">It is something else.</exception>
    public static bool[] ReadPasses(ReadOnlySpan<byte> answer, int count)
    {
        var passes = DriverError.ReadValues(answer);
        return passes.Count == count
            ? [.. passes.Select(static pass => pass.Span.SequenceEqual("true"u8))]
            : throw DriverError.Unreadable();
    }

    /// <summary>What a list function has sent since its last row, and the response that it has started since.</summary>
    /// <exception cref="ScriptException">It is something else.</exception>
    public static bool ReadEnd(ReadOnlySpan<byte> answer, ListCall call)
    {
        var last = DriverError.ReadValues(answer);
        if (last.Count is not (1 or 2))
        {
            throw DriverError.Unreadable();
        }

        call.Finish(DriverError.Decode(last[0].Span), last.Count > 1 ? DriverError.Decode(last[1].Span) : default(ReadOnlyMemory<byte>?));
        return true;
    }
}
