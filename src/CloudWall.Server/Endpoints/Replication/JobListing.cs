using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Runs;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Replication;

/// <summary>What the listings of jobs and of their documents have in common.</summary>
internal static class JobListing
{
    /// <summary>The part of a listing that <c>skip</c> and <c>limit</c> ask for.</summary>
    /// <exception cref="CloudWall.Documents.DocumentException">400 <c>query_parse_error</c>.</exception>
    public static (int Skip, int Limit) Window(Exchange exchange) => (Number(exchange, "skip", 0), Number(exchange, "limit", int.MaxValue));

    /// <summary>Answers with a listing.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="name">The member that has the rows.</param>
    /// <param name="total">How many rows there are.</param>
    /// <param name="shown">The rows that the request asks for, but for its window.</param>
    /// <param name="write">Writes one.</param>
    /// <param name="held">Why more does not run (a member that CouchDB has not); null for nothing.</param>
    public static async Task AnswerAsync<T>(
        Exchange exchange, string name, int total, IEnumerable<T> shown, Action<Utf8JsonWriter, T> write, string? held = null)
    {
        var (skip, limit) = Window(exchange);
        await AnswerAsync(exchange, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total_rows", total);
            json.WriteNumber("offset", Math.Min(skip, total));
            json.WriteStartArray(name);
            foreach (var row in shown.Skip(skip).Take(limit))
            {
                write(json, row);
            }

            json.WriteEndArray();
            if (held is not null)
            {
                json.WriteString("held", held);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>Answers with what is written.</summary>
    public static async Task AnswerAsync(Exchange exchange, Action<Utf8JsonWriter> write)
    {
        using var buffer = new JsonBuffer(1024);
        using (var json = new Utf8JsonWriter(buffer, Replicate.Json))
        {
            write(json);
        }

        await exchange.WriteJsonAsync(200, buffer);
    }

    /// <summary>Writes what a job has done, or why it failed, as <c>info</c>.</summary>
    public static void WriteInfo(Utf8JsonWriter json, ReplicationJob job)
    {
        json.WriteStartObject("info");
        if (job is { State: JobState.Crashing, Error: { } error })
        {
            json.WriteString("error", $"{error.Error}: {error.Reason}");
        }
        else
        {
            WriteProgress(json, job.Progress);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes how far a job has come as members of an object.</summary>
    public static void WriteProgress(Utf8JsonWriter json, RunProgress progress)
    {
        ReplicatorDocument.WriteStatistics(json, progress);
        var position = progress.Position;
        json.WritePropertyName("source_seq");
        json.WriteRawValue(position.Source, skipInputValidation: true);
        json.WritePropertyName("through_seq");
        json.WriteRawValue(position.Through, skipInputValidation: true);
    }

    private static int Number(Exchange exchange, string name, int otherwise)
    {
        if (exchange.Query[name] is not { } text)
        {
            return otherwise;
        }

        var number = Query.ParseInteger(text);
        return number >= 0 ? (int)Math.Min(number, int.MaxValue) : throw Query.QueryParseError(name + " not in range of [0,infinity]");
    }
}
