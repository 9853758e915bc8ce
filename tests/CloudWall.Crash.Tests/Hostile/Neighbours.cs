using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace CloudWall.Crash.Tests.Hostile;

/// <summary>
/// Ordinary requests to a database of their own while others run hostile functions: reads, validated writes, a view that is always behind,
/// and a list.
/// </summary>
internal sealed class Neighbours(HttpClient client)
{
    private const string Design = """
        {
          "n": -1,
          "validate_doc_update": "function (doc) { if (!('n' in doc)) { throw {forbidden: 'n is missing'}; } }",
          "views": {"n": {"map": "function (doc) { emit(doc.n, 1); }", "reduce": "_sum"}},
          "lists": {"l": "function () { var row, n = 0; while ((row = getRow())) { n++; } send('rows ' + n); }"}
        }
        """;

    /// <summary>Requests that were answered as they should be.</summary>
    public int Answered { get; private set; }

    /// <summary>The longest that one took.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>What went wrong, in words.</summary>
    public List<string> Failures { get; } = [];

    public async Task PrepareAsync()
    {
        (await client.PutAsync("good", null)).EnsureSuccessStatusCode();
        await AskAsync(HttpMethod.Put, "good/_design/d", Design, "\"ok\":true");
        await AskAsync(HttpMethod.Put, "good/n0", "{\"n\":0}", "\"ok\":true");
        await RoundAsync(0);
    }

    /// <summary>Goes on until it is told to end and has been answered often enough.</summary>
    public async Task RunAsync(int atLeast, CancellationToken ended)
    {
        for (var i = 1; !ended.IsCancellationRequested || Answered < atLeast; i++)
        {
            await RoundAsync(i);
        }
    }

    private async Task RoundAsync(int i)
    {
        await AskAsync(HttpMethod.Get, "good/n0", null, "\"n\":0");
        await AskAsync(HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $"good/m{i}"), "{\"n\":1}", "\"ok\":true");
        await AskAsync(HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $"good/refused{i}"), "{}", "n is missing", HttpStatusCode.Forbidden);
        await AskAsync(HttpMethod.Get, "good/_design/d/_view/n?key=1", null, string.Create(CultureInfo.InvariantCulture, $"\"value\":{i + 1}"));
        await AskAsync(HttpMethod.Get, "good/_design/d/_list/l/n?reduce=false&limit=1", null, "rows 1");
    }

    private async Task AskAsync(HttpMethod method, string path, string? body, string expected, HttpStatusCode? status = null)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null)
            {
                request.Content = new StringContent(body, null, "application/json");
            }

            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if ((status is null ? !answer.IsSuccessStatusCode : answer.StatusCode != status) || !text.Contains(expected, StringComparison.Ordinal))
            {
                Failures.Add($"{method} {path}: {(int)answer.StatusCode} {text}");
            }
        }
        catch (HttpRequestException failure)
        {
            Failures.Add($"{method} {path}: {failure.Message}");
        }

        Answered++;
        var took = Stopwatch.GetElapsedTime(started);
        Slowest = took > Slowest ? took : Slowest;
    }
}
