using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Replication;

/// <summary>Writes to the database <c>db</c> of a node by a seed: new documents, edits, deletions, attachments; and remembers what was acknowledged.</summary>
internal sealed class Writer(InProcessNode node, int seed, ConcurrentBag<(string Id, string Revision)> ledger)
{
    private static readonly string[] Names = ["a", "straße", "雪 und Eis", "a+b%2F", "q\"uote", "_design/app", "🜁"];
    private readonly Random _random = new(seed);

    /// <summary>Several writes. Edits that meet a conflict are none.</summary>
    public async Task WriteAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var id = Names[_random.Next(Names.Length)];
            if (!id.StartsWith('_'))
            {
                id += (_random.Next(4) == 0 ? _random.Next(3) : _random.Next(1000)).ToString(CultureInfo.InvariantCulture);
            }

            var document = new JsonObject { ["n"] = _random.Next(), ["text"] = new string('x', _random.Next(400)) };
            if (await RevisionAsync(id) is { } revision)
            {
                document["_rev"] = revision;
                if (_random.Next(6) == 0)
                {
                    document["_deleted"] = true;
                }
            }

            if (_random.Next(4) == 0 && !document.ContainsKey("_deleted"))
            {
                document["_attachments"] = new JsonObject
                {
                    ["file"] = Attachment("image/png"),
                    ["ä/b"] = Attachment("text/plain"),
                };
            }

            var answer = await node.PutAsync("/db/" + Escape(id), document.ToJsonString());
            if (answer.Status is 200 or 201)
            {
                ledger.Add((id, (string)JsonNode.Parse(answer.Bytes)!["rev"]!));
            }
            else
            {
                Assert.Equal(409, answer.Status);
            }
        }
    }

    public static string Escape(string id) => id.StartsWith("_design/", StringComparison.Ordinal) ? id : Uri.EscapeDataString(id);

    private JsonObject Attachment(string type)
    {
        var bytes = new byte[_random.Next(3) == 0 ? _random.Next(200_000) : _random.Next(500)];
        _random.NextBytes(bytes);
        if (type == "text/plain")
        {
            bytes.AsSpan().Fill((byte)'t');
        }

        return new JsonObject { ["content_type"] = type, ["data"] = Convert.ToBase64String(bytes) };
    }

    private async Task<string?> RevisionAsync(string id)
    {
        var answer = await node.GetAsync("/db/" + Escape(id));
        return answer.Status == 200 ? (string)JsonNode.Parse(answer.Bytes)!["_rev"]! : null;
    }
}
