namespace CloudWall.Server.Tests.Golden;

/// <summary>One area of recorded exchanges; the format is described in tests/golden/README.md.</summary>
internal sealed record GoldenFile(string Area, IReadOnlyList<Scenario> Scenarios)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "golden");

    /// <summary>The areas there are files for.</summary>
    public static IReadOnlyList<string> Areas =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>Reads an area's file.</summary>
    public static GoldenFile Load(string area)
    {
        var file = LiteralJson.Parse(File.ReadAllText(Path.Combine(Folder, area + ".json")));
        return new GoldenFile(area, [.. file.Items("scenarios").Select(Scenario.Read)]);
    }
}

/// <summary>A series of exchanges on databases of its own.</summary>
/// <param name="Name">Its name in the area.</param>
/// <param name="Setup">Placeholders of the databases that are created first.</param>
/// <param name="Exchanges">The exchanges, in order.</param>
/// <param name="Cleanup">Requests that undo what deleting the databases does not.</param>
/// <param name="Text">The scenario as JSON, to see what it mentions.</param>
internal sealed record Scenario(
    string Name, IReadOnlyList<string> Setup, IReadOnlyList<Exchange> Exchanges, IReadOnlyList<RecordedRequest> Cleanup, string Text)
{
    /// <summary>The names that its exchanges capture.</summary>
    public IReadOnlySet<string> Captured { get; } =
        Exchanges.SelectMany(exchange => exchange.Capture.Keys).ToHashSet(StringComparer.Ordinal);

    public static Scenario Read(Literal scenario)
    {
        var exchanges = new List<Exchange>();
        var started = new Dictionary<string, RecordedRequest>(StringComparer.Ordinal);
        foreach (var item in scenario.Items("exchanges"))
        {
            var exchange = Exchange.Read(item, exchanges.Count + 1);
            if (exchange is { Start: { } start, Request: { } request })
            {
                started[start] = request;
            }
            else if (exchange.Join is { } join)
            {
                exchange = exchange with { Request = started[join] };
            }

            exchanges.Add(exchange);
        }

        return new Scenario(
            scenario.Text("name") ?? throw new FormatException("a scenario without a name"),
            scenario.Strings("setup"),
            exchanges,
            [.. scenario.Items("cleanup").Select(ReadStep)],
            scenario.ToText());
    }

    private static RecordedRequest ReadStep(Literal step)
    {
        var items = ((LiteralArray)step).Items;
        var body = items.Count > 2 ? items[2] : null;
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (body is not null)
        {
            headers["content-type"] = "application/json";
        }

        return new RecordedRequest(
            ((LiteralString)items[0]).Value,
            ((LiteralString)items[1]).Value,
            headers,
            body is LiteralString text ? RecordedBody.OfText(text.Value) : body is null ? null : RecordedBody.OfJson(body));
    }
}
