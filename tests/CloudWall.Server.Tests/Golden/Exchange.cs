namespace CloudWall.Server.Tests.Golden;

/// <summary>One request and the answer it had, with what is to be heeded when it is replayed.</summary>
/// <param name="Index">Its place in the scenario, from 1.</param>
/// <param name="Request">The request; of an exchange that joins, the one that was started under that name.</param>
/// <param name="Response">The recorded answer; null for an exchange that only starts its request.</param>
/// <param name="Rules">How JSON is compared.</param>
internal sealed record Exchange(int Index, RecordedRequest Request, RecordedResponse? Response, ComparisonRules Rules)
{
    public string? Note { get; init; }

    public string As { get; init; } = "admin";

    public string? Jar { get; init; }

    public IReadOnlyDictionary<string, string> Capture { get; init; } = new Dictionary<string, string>();

    public bool ReasonFree { get; init; }

    public bool AnyError { get; init; }

    public bool IgnoreBody { get; init; }

    public IReadOnlyList<string> IgnoreHeaders { get; init; } = [];

    public bool PrefixLines { get; init; }

    public RetryUntil? RetryUntil { get; init; }

    public string? Start { get; init; }

    public TimeSpan StartDelay { get; init; }

    public string? Join { get; init; }

    public StopRule? Stop { get; init; }

    public int MinNewlines { get; init; }

    public TimeSpan AtLeast { get; init; }

    public TimeSpan Pause { get; init; }

    public TimeSpan Timeout { get; init; }

    public static Exchange Read(Literal exchange, int index)
    {
        var request = exchange.Member("request");
        var response = exchange.Member("response");
        return new Exchange(
            index,
            request is null ? RecordedRequest.None : RecordedRequest.Read(request),
            response is null ? null : RecordedResponse.Read(response),
            new ComparisonRules(
                exchange.Strings("volatile"), exchange.Strings("unordered"), exchange.Flag("order"), exchange.Flag("looseNumbers")))
        {
            Note = exchange.Text("note"),
            As = exchange.Text("as") ?? "admin",
            Jar = exchange.Text("jar"),
            Capture = exchange.Map("capture"),
            ReasonFree = exchange.Flag("reasonFree"),
            AnyError = exchange.Flag("anyError"),
            IgnoreBody = exchange.Flag("ignoreBody"),
            IgnoreHeaders = exchange.Strings("ignoreHeaders"),
            PrefixLines = exchange.Flag("prefixLines"),
            RetryUntil = exchange.Member("retryUntil") is { } retry ? RetryUntil.Read(retry) : null,
            Start = exchange.Text("start"),
            StartDelay = TimeSpan.FromMilliseconds(exchange.Number("startMs") ?? 300),
            Join = exchange.Text("join"),
            Stop = exchange.Member("stop") is { } stop ? StopRule.Read(stop) : null,
            MinNewlines = (int)(exchange.Number("minNewlines") ?? 0),
            AtLeast = TimeSpan.FromMilliseconds(exchange.Number("atLeastMs") ?? 0),
            Pause = TimeSpan.FromMilliseconds(exchange.Number("pauseMs") ?? 0),
            Timeout = TimeSpan.FromMilliseconds(exchange.Number("timeoutMs") ?? 15_000),
        };
    }
}

/// <summary>Repeat the request until the status, and the value at the pointer, are those that are waited for.</summary>
internal sealed record RetryUntil(int? Status, string? Pointer, bool Exists, IReadOnlyList<Literal> OneOf, TimeSpan Interval, TimeSpan Timeout)
{
    public static RetryUntil Read(Literal retry) => new(
        (int?)retry.Number("status"),
        retry.Text("pointer"),
        retry.Flag("exists"),
        retry.Member("equals") is { } only ? [only] : retry.Items("oneOf"),
        TimeSpan.FromMilliseconds(retry.Number("intervalMs") ?? 200),
        TimeSpan.FromMilliseconds(retry.Number("timeoutMs") ?? 12_000));

    /// <summary>Whether an answer with that status and body is the one that is waited for.</summary>
    public bool IsMet(int status, ReadOnlySpan<byte> body)
    {
        if (Status is { } wanted && status != wanted)
        {
            return false;
        }

        if (Pointer is null)
        {
            return true;
        }

        var value = LiteralJson.TryParse(System.Text.Encoding.UTF8.GetString(body), out _) is { } json ? LiteralJson.Find(json, Pointer) : null;
        return value is not null && (Exists || OneOf.Any(one => one.ToText() == value.ToText()));
    }
}

/// <summary>When to hang up although the answer goes on.</summary>
/// <param name="Lines">After so many lines that are not blank; 0 for no such limit.</param>
/// <param name="Newlines">After so many line ends; 0 for no such limit.</param>
/// <param name="After">After so much time; null for no such limit.</param>
internal sealed record StopRule(int Lines, int Newlines, TimeSpan? After)
{
    public static StopRule Read(Literal stop) => new(
        (int)(stop.Number("lines") ?? 0),
        (int)(stop.Number("newlines") ?? 0),
        stop.Number("ms") is { } ms ? TimeSpan.FromMilliseconds(ms) : null);

    /// <summary>Whether enough has come.</summary>
    public bool IsReached(ReadOnlySpan<byte> body)
    {
        var newlines = body.Count((byte)'\n');
        if (Newlines > 0 && newlines >= Newlines)
        {
            return true;
        }

        if (Lines == 0 || newlines < Lines)
        {
            return false;
        }

        var filled = 0;
        while (body.IndexOf((byte)'\n') is var end and >= 0)
        {
            filled += body[..end].Trim(" \t\r"u8).IsEmpty ? 0 : 1;
            body = body[(end + 1)..];
        }

        return filled >= Lines;
    }
}
