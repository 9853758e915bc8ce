namespace CloudWall.Server.Tests.Golden;

/// <summary>How a body was recorded, and so how an answer's body is read.</summary>
internal enum BodyKind
{
    /// <summary>No body.</summary>
    None,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>Bytes, in base64.</summary>
    Base64,

    /// <summary>The parts of a multipart body.</summary>
    Parts,

    /// <summary>The lines of a feed.</summary>
    Lines,
}

/// <summary>An answer as recorded, with its placeholders and masks.</summary>
internal sealed record RecordedResponse(int Status, IReadOnlyDictionary<string, string> Headers, BodyKind Kind, Literal? Body)
{
    private static readonly (string Member, BodyKind Kind)[] Kinds =
    [
        ("body", BodyKind.Json),
        ("bodyText", BodyKind.Text),
        ("bodyBase64", BodyKind.Base64),
        ("parts", BodyKind.Parts),
        ("lines", BodyKind.Lines),
    ];

    public static RecordedResponse Read(Literal response)
    {
        var (member, kind) = Kinds.FirstOrDefault(each => response.Member(each.Member) is not null);
        return new RecordedResponse(
            (int)(response.Number("status") ?? throw new FormatException("a response without a status")),
            response.Map("headers"),
            kind,
            kind == BodyKind.None ? null : response.Member(member));
    }
}
