using CloudWall.Scripting.DesignDocuments;

namespace CloudWall.Scripting.JavaScript;

/// <summary>What a function of a design document is given of its arguments: what it can see, and what the driver looks at.</summary>
internal sealed class FunctionArguments
{
    /// <summary>What a name costs beside its characters.</summary>
    private const int NameCost = 12;

    private static readonly FunctionArguments Whole = new([], SeenMembers.All);

    private readonly SeenMembers[] _seen;
    private readonly SeenMembers _requestAlone;

    private FunctionArguments(SeenMembers[] seen, SeenMembers request)
    {
        _seen = seen;

        // Where a show function fails without a document, the driver looks whether the path names one.
        _requestAlone = request.And("path");
        Request = Needed(request);
        RequestAlone = Needed(_requestAlone);
    }

    /// <summary>What is needed of the request.</summary>
    public RequestMembers Request { get; }

    /// <summary>What is needed of it where there is no document.</summary>
    public RequestMembers RequestAlone { get; }

    /// <summary>How long the names of members are, and what else goes with them.</summary>
    public int Length => _seen.Sum(static members => members.Names?.Sum(static name => name.Length + NameCost) ?? 0);

    /// <summary>Reads it out of a function's text.</summary>
    /// <param name="kind">The member of the design document that has the function.</param>
    /// <param name="text">Its text; null where it is none.</param>
    public static FunctionArguments Of(string kind, string? text)
    {
        if (text is null || SourceArguments.Read(text) is not { } arguments)
        {
            return Whole;
        }

        SeenMembers[] seen = kind switch
        {
            "shows" or "lists" => [arguments.Of(0), arguments.MayProvide ? arguments.Of(1).And("headers", "query") : arguments.Of(1)],
            "updates" => [arguments.Of(0), arguments.Of(1).And("method")],
            "rewrites" => [arguments.Of(0).And("method")],
            _ => [arguments.Of(0), arguments.Of(1), arguments.Of(2), arguments.Of(3)],
        };
        return new FunctionArguments(seen, kind == "rewrites" ? seen[0] : seen[1]);
    }

    /// <summary>Writes the arguments of a call as a list.</summary>
    public void Write(Command command, ReadOnlySpan<ReadOnlyMemory<byte>> arguments)
    {
        var isAlone = arguments[0].Span is [] or [(byte)'n', ..];
        command.Raw(",["u8);
        for (var i = 0; i < arguments.Length; i++)
        {
            var seen = i == 1 && isAlone ? _requestAlone : Seen(i);
            seen.Write(command.Raw(i == 0 ? ""u8 : ","u8), arguments[i].Span);
        }

        command.Raw("]"u8);
    }

    /// <summary>Writes the arguments of a call that is about several documents: a list of them, and the request.</summary>
    public void Write(Command command, IReadOnlyList<ReadOnlyMemory<byte>> documents, int from, int count, ReadOnlySpan<byte> request)
    {
        command.Raw(",["u8);
        for (var i = from; i < from + count; i++)
        {
            Seen(0).Write(command.Raw(i == from ? "["u8 : ","u8), documents[i].Span);
        }

        Seen(1).Write(command.Raw("],"u8), request);
        command.Raw("]"u8);
    }

    private static RequestMembers Needed(SeenMembers request) =>
        request.Names is { } names ? RequestMembers.Only(names) : RequestMembers.All;

    private SeenMembers Seen(int argument) => argument < _seen.Length ? _seen[argument] : SeenMembers.All;
}
