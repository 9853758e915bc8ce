using System.Text;
using CloudWall.Load.Http;

namespace CloudWall.Load;

/// <summary>Clients that ask for large documents and then take nothing of the answer.</summary>
internal static class SlowReaders
{
    /// <summary>How many of them there are.</summary>
    public const int Count = 100;

    private const int Documents = 4;
    private const int Length = 7_000_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private static readonly string Ids = string.Join(',', Enumerable.Range(0, Documents).Select(static i => $"{{\"id\":\"s{i}\"}}"));

    /// <summary>What they ask for.</summary>
    public static IReadOnlyList<(string Name, string Method, string Path, string Body)> Ways { get; } =
    [
        ("a document", "GET", "bounds/s0", ""),
        ("open_revs", "GET", "bounds/s0?open_revs=all", ""),
        ("_bulk_get", "POST", "bounds/_bulk_get", $"{{\"docs\":[{Ids}]}}"),
        ("_all_docs", "GET", "bounds/_all_docs?include_docs=true", ""),
        ("_local_docs", "GET", "bounds/_local_docs?include_docs=true", ""),
        ("_changes", "GET", "bounds/_changes?include_docs=true", ""),
        ("_changes, continuous", "GET", "bounds/_changes?include_docs=true&feed=continuous", ""),
        ("a view with documents", "GET", "bounds/_design/d/_view/id?include_docs=true", ""),
        ("a view with large values", "GET", "bounds/_design/d/_view/value", ""),
        ("a view with large values backwards", "GET", "bounds/_design/d/_view/value?descending=true", ""),
        ("a view with large groups", "GET", "bounds/_design/d/_view/group?group=true", ""),
        ("a list of a view with large values", "GET", "bounds/_design/d/_list/all/value", ""),
        ("a show", "GET", "bounds/_design/d/_show/much", ""),
    ];

    /// <summary>Writes the documents.</summary>
    public static async Task FillAsync(Target target)
    {
        const string Design = """
            {"views":{"id":{"map":"function(doc) { emit(doc._id); }"},"value":{"map":"function(doc) { emit(doc._id, doc.x); }"},
              "group":{"map":"function(doc) { emit(doc._id, doc.x); }","reduce":"_first"}},
             "lists":{"all":"function() { var row; while (row = getRow()) { send(row.value); } }"},
             "shows":{"much":"function() { return 'x'.repeat(7e6); }"}}
            """;
        using var connection = await target.ConnectAsync();
        (await connection.SendAsync(target.Request("PUT", "bounds/_design/d", Encoding.UTF8.GetBytes(Design)))).Expect(201);
        var body = Encoding.ASCII.GetBytes($"{{\"x\":\"{new string('x', Length)}\"}}");
        for (var i = 0; i < Documents; i++)
        {
            (await connection.SendAsync(target.Request("PUT", $"bounds/s{i}", body))).Expect(201);
            (await connection.SendAsync(target.Request("PUT", $"bounds/_local/s{i}", body))).Expect(201);
        }

        (await connection.SendAsync(target.Request("GET", "bounds/_design/d/_view/id?limit=1"))).Expect(200);
        (await connection.SendAsync(target.Request("GET", "bounds/_design/d/_view/value?limit=1"))).Expect(200);
    }

    /// <summary>Asks, reads nothing for a while, and hangs up.</summary>
    public static async Task<string> RunAsync(Target target, (string Name, string Method, string Path, string Body) way)
    {
        var clients = new List<Connection>();
        try
        {
            for (var i = 0; i < Count; i++)
            {
                clients.Add(await target.ConnectAsync());
                await clients[i].WriteAsync(target.Request(way.Method, way.Path, Encoding.UTF8.GetBytes(way.Body)));
            }

            await Task.Delay(Pause);
            using var other = await target.ConnectAsync();
            var body = Encoding.ASCII.GetBytes($"{{\"x\":\"{new string('x', Length)}\"}}");
            (await other.SendAsync(target.Request("PUT", "bounds/other", body))).Expect(201);
            return "others can write";
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }
    }
}
