using System.Globalization;
using System.Text;
using CloudWall.Load.Http;

namespace CloudWall.Load;

/// <summary>A view whose keys are large and begin alike, which is built by the first request for it.</summary>
/// <param name="count">The number of documents.</param>
/// <param name="what">What its keys are.</param>
/// <param name="map">The view's map function.</param>
internal sealed class LargeKeys(int count, string what, string map)
{
    private static readonly string[] Queries = ["reduce=false&limit=1", "reduce=false&limit=1&descending=true", "reduce=true", "group=true&limit=2"];

    /// <summary>The kinds of keys.</summary>
    public static IReadOnlyList<LargeKeys> Kinds { get; } =
    [
        new(200, "a view with keys of 5 MB", "function (doc) { emit(new Array(5000000).join('k'), 1); }"),
        new(100_000, "a view with keys of 10 KB", "function (doc) { emit(new Array(10000).join('k') + doc._id, 1); }"),
    ];

    /// <summary>The kind's name, with its number of documents.</summary>
    public string Name(double scale) => string.Create(CultureInfo.InvariantCulture, $"{what}, {Scaled(scale):N0} documents");

    /// <summary>Writes the documents and the view.</summary>
    public async Task FillAsync(Target target, double scale)
    {
        using var connection = await target.ConnectAsync();
        foreach (var ids in Enumerable.Range(0, Scaled(scale)).Chunk(10_000))
        {
            var documents = string.Join(',', ids.Select(static id => string.Create(CultureInfo.InvariantCulture, $"{{\"_id\":\"{id:x8}\"}}")));
            var bulk = Encoding.ASCII.GetBytes($"{{\"docs\":[{documents}]}}");
            (await connection.SendAsync(target.Request("POST", "bounds/_bulk_docs", bulk))).Expect(201);
        }

        var design = Encoding.ASCII.GetBytes($"{{\"views\":{{\"v\":{{\"map\":\"{map}\",\"reduce\":\"_count\"}}}}}}");
        (await connection.SendAsync(target.Request("PUT", "bounds/_design/large", design))).Expect(201);
    }

    /// <summary>Builds the view and asks it in several ways.</summary>
    /// <returns>The answer.</returns>
    public static async Task<string> ReadAsync(Target target)
    {
        using var connection = await target.ConnectAsync();
        foreach (var query in Queries)
        {
            (await connection.SendAsync(target.Request("GET", "bounds/_design/large/_view/v?" + query))).Expect(200);
        }

        return "200";
    }

    private int Scaled(double scale) => Math.Max(2, (int)(count * Math.Min(1, scale)));
}
