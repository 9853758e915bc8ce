using System.Text.Encodings.Web;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Replication;

/// <summary><c>/_replicate</c>: replications that no document stands for. They are forgotten when the node ends.</summary>
internal sealed class Replicate(JobScheduler scheduler, Func<ReplicationOptions> defaults)
{
    /// <summary>How answers are written: as CouchDB escapes.</summary>
    public static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Starts one, or ends it. A one-shot is answered when it has ended.</summary>
    public async Task Post(Exchange exchange)
    {
        if (exchange.Method == "POST")
        {
            exchange.RequireJson();
        }

        var body = await exchange.ReadObjectAsync();
        using var json = Parse(body.Utf8);
        try
        {
            if (RequestParser.IsCancel(json.RootElement))
            {
                await CancelAsync(exchange, json.RootElement);
                return;
            }

            var request = RequestOf(exchange, json.RootElement);
            var job = scheduler.Add(request, exchange.Principal.Name, origin: null);
            await (request.Options.Continuous ? ShowAsync(exchange, 202, job.Id) : AwaitAsync(exchange, job));
        }
        catch (RequestException refusal)
        {
            throw new DocumentException(refusal.Error);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return ForeignJson.Parse(body);
        }
        catch (JsonException tooDeep)
        {
            throw HttpErrors.BadRequest(tooDeep.Message);
        }
    }

    /// <summary>What is asked for. Who is no server admin asks in the own name alone.</summary>
    private ReplicationRequest RequestOf(Exchange exchange, JsonElement json)
    {
        var request = RequestParser.Parse(json, defaults());
        if (exchange.Principal is not { IsAdmin: false, Name: { } name } principal)
        {
            return request;
        }

        var options = principal.HasAccount
            ? request.Options with { Owner = name, IsOwnedByUser = true, User = null }
            : request.Options with { User = new ReplicationUser(name, principal.Context.Roles) };
        return request with { Options = options };
    }

    private async Task CancelAsync(Exchange exchange, JsonElement json)
    {
        var id = RequestParser.Id(json) ?? RequestOf(exchange, json).Id(scheduler.NodeId);
        var job = scheduler.Find(id);
        if (!exchange.Principal.IsAdmin && job is not null && job.User != exchange.Principal.Name)
        {
            throw HttpErrors.Unauthorized("You are not a server admin.");
        }

        if (!await scheduler.RemoveAsync(job))
        {
            throw new DocumentException(DocumentError.Missing);
        }

        await ShowAsync(exchange, 200, id);
    }

    private static async Task ShowAsync(Exchange exchange, int status, string id)
    {
        using var json = new JsonBuffer();
        json.Raw("{\"ok\":true,\"_local_id\":"u8).Text(id).Raw("}"u8);
        await exchange.WriteJsonAsync(status, json);
    }

    private static async Task AwaitAsync(Exchange exchange, ReplicationJob job)
    {
        try
        {
            var result = await job.Result.WaitAsync(exchange.Aborted);
            using var buffer = new JsonBuffer(1024);
            using (var json = new Utf8JsonWriter(buffer, Json))
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", true);
                result.WriteMembers(json);
                json.WriteEndObject();
            }

            await exchange.WriteJsonAsync(200, buffer);
        }
        catch (PeerException failure)
        {
            throw new DocumentException(failure.Error);
        }
        catch (OperationCanceledException) when (!exchange.Aborted.IsCancellationRequested)
        {
            throw new DocumentException(new DocumentError(500, "replication_stopped", "The replication was cancelled."));
        }
    }
}
