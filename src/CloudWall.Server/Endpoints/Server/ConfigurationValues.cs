using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Node;
using CloudWall.Node.Configuration;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>/_node/{node}/_config</c>: the settings (CouchDB's documentation: "Configuration of CouchDB Cluster").</summary>
internal sealed class ConfigurationValues(NodeIdentity identity, NodeConfiguration configuration)
{
    private const int Section = 3;
    private const int Key = 4;

    /// <summary>GET <c>_config</c>: all sections.</summary>
    public async Task ShowAll(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        using var json = new JsonBuffer();
        json.Raw("{"u8);
        string? current = null;
        foreach (var (section, key, value) in configuration.Entries)
        {
            if (section != current)
            {
                json.Raw(current is null ? ""u8 : "},"u8).Text(section).Raw(":{"u8);
            }

            json.Raw(section == current ? ","u8 : ""u8).Text(key).Raw(":"u8).Text(value);
            current = section;
        }

        await exchange.WriteJsonAsync(200, json.Raw(current is null ? "}"u8 : "}}"u8));
    }

    /// <summary>GET <c>_config/{section}</c>.</summary>
    public async Task ShowSection(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        var name = exchange.Target.Text(Section);
        using var json = new JsonBuffer();
        json.Raw("{"u8);
        foreach (var (_, key, value) in configuration.Entries.Where(entry => entry.Section == name))
        {
            json.Raw(json.WrittenCount == 1 ? ""u8 : ","u8).Text(key).Raw(":"u8).Text(value);
        }

        await exchange.WriteJsonAsync(200, json.Raw("}"u8));
    }

    /// <summary>GET <c>_config/{section}/{key}</c>.</summary>
    public Task ShowValue(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        return WriteTextAsync(exchange, configuration.Find(exchange.Target.Text(Section), exchange.Target.Text(Key)) ?? throw Unknown());
    }

    /// <summary>PUT <c>_config/{section}/{key}</c> with a JSON string. Answers with the previous value.</summary>
    public async Task Set(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        var value = await ReadTextAsync(exchange);
        await WriteTextAsync(exchange, await ChangeAsync(exchange, value) ?? string.Empty);
    }

    /// <summary>DELETE <c>_config/{section}/{key}</c>. Answers with the previous value.</summary>
    public async Task Remove(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        if (configuration.Find(exchange.Target.Text(Section), exchange.Target.Text(Key)) is null)
        {
            throw Unknown();
        }

        await WriteTextAsync(exchange, await ChangeAsync(exchange, value: null) ?? string.Empty);
    }

    /// <summary>POST <c>_config/_reload</c>: reads the files again.</summary>
    public async Task Reload(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        await configuration.ReloadAsync(exchange.Aborted);
        await exchange.WriteJsonAsync(200, "{\"ok\":true}"u8);
    }

    private static DocumentException Unknown() => HttpErrors.NotFound("unknown_config_value");

    private static async Task WriteTextAsync(Exchange exchange, string text)
    {
        using var json = new JsonBuffer();
        await exchange.WriteJsonAsync(200, json.Text(text));
    }

    private static async Task<string> ReadTextAsync(Exchange exchange)
    {
        using var json = await exchange.ReadNormalJsonAsync();
        var reader = new Utf8JsonReader(json.WrittenSpan, JsonDepth.Reader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            throw HttpErrors.BadRequest("a JSON string expected");
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            throw HttpErrors.InvalidJson();
        }
    }

    private Task<string?> ChangeAsync(Exchange exchange, string? value) => configuration.SetAsync(
        exchange.Target.Text(Section),
        exchange.Target.Text(Key),
        value,
        exchange.RequestHeaders["X-Couch-Persist"] != "false",
        exchange.Principal.Name ?? "an admin",
        exchange.Aborted);
}
