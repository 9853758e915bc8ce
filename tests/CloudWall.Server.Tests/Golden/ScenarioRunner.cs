using System.Diagnostics;
using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>Replays one scenario against a server.</summary>
internal sealed class ScenarioRunner : IDisposable
{
    private const string UserPassword = "secret";

    private readonly Scenario _scenario;
    private readonly Placeholders _placeholders;
    private readonly RawHttpClient _client;
    private readonly GoldenServer _server;
    private readonly Dictionary<string, string> _jars = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<HttpAnswer>> _started = new(StringComparer.Ordinal);

    private ScenarioRunner(GoldenServer server, Scenario scenario, string run)
    {
        _server = server;
        _scenario = scenario;
        _placeholders = new Placeholders(server, run);
        _client = new RawHttpClient(server.Host);
    }

    /// <summary>Replays the scenario under new names and says what each of its exchanges showed; then deletes what it made.</summary>
    public static async Task<IReadOnlyList<ExchangeResult>> RunAsync(GoldenServer server, Scenario scenario, string run)
    {
        using var runner = new ScenarioRunner(server, scenario, run);
        try
        {
            return await runner.RunAsync();
        }
        finally
        {
            await runner.CleanUpAsync();
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<IReadOnlyList<ExchangeResult>> RunAsync()
    {
        var results = new List<ExchangeResult>();
        if (await SetUpAsync() is { } trouble)
        {
            return [.. _scenario.Exchanges.Where(exchange => exchange.Start is null)
                .Select(exchange => new ExchangeResult(exchange, [new Difference("setup", "a database", trouble)]))];
        }

        foreach (var exchange in _scenario.Exchanges)
        {
            await Task.Delay(exchange.Pause);
            var missing = exchange.Join is null ? MissingCaptures(exchange.Request) : [];
            if (missing.Length > 0)
            {
                var names = string.Join(", ", missing);
                results.Add(new ExchangeResult(exchange, [new Difference("request", "a value for " + names, "none in the answers so far")]));
                continue;
            }

            if (exchange.Start is { } name)
            {
                _started[name] = SendAsync(exchange);
                await Task.Delay(exchange.StartDelay);
                continue;
            }

            var answer = await AnswerAsync(exchange);
            Keep(exchange, answer);
            results.Add(new ExchangeResult(exchange, AnswerComparer.Compare(exchange, answer, _placeholders.Fill)));
        }

        return results;
    }

    private async Task<string?> SetUpAsync()
    {
        foreach (var name in _scenario.Setup)
        {
            var answer = await AskAsync("PUT", $"/{_placeholders[name]}?q=1&n=1");
            if (answer.Status is not (201 or 202))
            {
                return answer.Failure ?? $"{answer.Status} {Encoding.UTF8.GetString(answer.Body)}";
            }
        }

        return null;
    }

    // An exchange that needs a value which an earlier one should have given fails with it.
    private string[] MissingCaptures(RecordedRequest request) =>
        [.. request.Placeholders().Where(name => _scenario.Captured.Contains(name) && !_placeholders.Knows(name))];

    private async Task<HttpAnswer> AnswerAsync(Exchange exchange)
    {
        if (exchange.Join is { } name)
        {
            return _started.Remove(name, out var started)
                ? await started
                : HttpAnswer.Failed("its request was not sent", TimeSpan.Zero);
        }

        var answer = await SendAsync(exchange);
        if (exchange.RetryUntil is { } until)
        {
            var clock = Stopwatch.StartNew();
            while (!until.IsMet(answer.Status, answer.Body) && clock.Elapsed < until.Timeout)
            {
                await Task.Delay(until.Interval);
                answer = await SendAsync(exchange);
            }
        }

        return answer;
    }

    private async Task<HttpAnswer> SendAsync(Exchange exchange)
    {
        var request = Fill(exchange.Request, exchange.As);
        if (exchange.Start is null)
        {
            return await _client.SendAsync(request, exchange.Timeout, exchange.Stop);
        }

        // A request that stays open must not take part in keeping connections.
        using var client = new RawHttpClient(_server.Host);
        return await client.SendAsync(request, exchange.Timeout, exchange.Stop);
    }

    private HttpRequest Fill(RecordedRequest request, string who)
    {
        var headers = request.Headers.ToDictionary(header => header.Key, header => _placeholders.Fill(header.Value));
        var asks = who.Split(':');
        switch (asks[0])
        {
            case "admin":
                headers["authorization"] = Basic(_server.Admin, _server.Password);
                break;
            case "user":
                headers["authorization"] = Basic(_placeholders.ValueOrName(asks[1]), asks.Length > 2 ? asks[2] : UserPassword);
                break;
            case "cookie" when _jars.TryGetValue(asks[1], out var cookie):
                headers["cookie"] = cookie;
                break;
        }

        var target = _placeholders.Fill(request.Path).Replace(" ", "%20", StringComparison.Ordinal);
        return new HttpRequest(request.Method, target, headers, request.Body?.Fill(_placeholders.Fill));
    }

    private static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password));

    private void Keep(Exchange exchange, HttpAnswer answer)
    {
        if (exchange.Jar is { } jar)
        {
            var cookie = answer.Headers.GetValueOrDefault("set-cookie", "").Split('\n', ';')
                .FirstOrDefault(part => part.StartsWith("AuthSession=", StringComparison.Ordinal));
            _jars[jar] = cookie ?? "AuthSession=";
        }

        foreach (var (name, where) in exchange.Capture)
        {
            if (answer.Failure is null && Find(answer, where) is { } value)
            {
                _placeholders[name] = where.Contains("seq", StringComparison.Ordinal) ? Uri.EscapeDataString(value) : value;
            }
            else
            {
                _placeholders.Forget(name);
            }
        }
    }

    private static string? Find(HttpAnswer answer, string where)
    {
        if (where.StartsWith("header:", StringComparison.Ordinal))
        {
            return answer.Headers.GetValueOrDefault(where["header:".Length..]);
        }

        var (kind, pointer) = where.StartsWith("/lines", StringComparison.Ordinal) ? (BodyKind.Lines, where["/lines".Length..])
            : where.StartsWith("/parts", StringComparison.Ordinal) ? (BodyKind.Parts, where["/parts".Length..])
            : (BodyKind.Json, where);
        var found = AnswerBody.Read(kind, answer, out _) is { } body ? LiteralJson.Find(body, pointer) : null;
        return found is LiteralString text ? text.Value : found?.ToText();
    }

    private async Task CleanUpAsync()
    {
        foreach (var step in _scenario.Cleanup)
        {
            await _client.SendAsync(Fill(step, "admin"), TimeSpan.FromSeconds(15));
        }

        foreach (var (kind, name) in _placeholders.Made(_scenario))
        {
            switch (kind)
            {
                case "database":
                    await AskAsync("DELETE", "/" + name);
                    break;
                case "user":
                    await DeleteDocumentAsync("/_users/org.couchdb.user:" + name);
                    break;
                default:
                    await DeleteDocumentAsync("/_replicator/" + name);
                    break;
            }
        }
    }

    // The server's own writes to the document may come between.
    private async Task DeleteDocumentAsync(string path)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var found = await AskAsync("GET", path);
            if (found.Status != 200 || Find(found, "/_rev") is not { } rev || (await AskAsync("DELETE", $"{path}?rev={rev}")).Status == 200)
            {
                return;
            }

            await Task.Delay(150);
        }
    }

    private Task<HttpAnswer> AskAsync(string method, string target) =>
        _client.SendAsync(Fill(new RecordedRequest(method, target, new Dictionary<string, string>(), null), "admin"), TimeSpan.FromSeconds(15));
}
