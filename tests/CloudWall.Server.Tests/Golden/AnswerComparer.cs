using System.Globalization;
using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>Compares an answer with the recorded one.</summary>
internal static class AnswerComparer
{
    /// <summary>All differences that count for the exchange; <c>fill</c> fills in the placeholders of what was recorded.</summary>
    public static IReadOnlyList<Difference> Compare(Exchange exchange, HttpAnswer answer, Func<string, string> fill)
    {
        if (answer.Failure is { } failure)
        {
            return [new Difference("request", "an answer", failure)];
        }

        if (exchange.AnyError)
        {
            return CompareRefusal(exchange, answer);
        }

        var recorded = exchange.Response ?? throw new ArgumentException("The exchange has no answer.", nameof(exchange));
        var differences = new List<Difference>();
        if (answer.Status != recorded.Status)
        {
            var said = Difference.Clip(Encoding.UTF8.GetString(answer.Body));
            differences.Add(new Difference("status", Text(recorded.Status), $"{Text(answer.Status)} {said}"));
        }

        var headers = recorded.Headers.ToDictionary(header => header.Key, header => fill(header.Value));
        differences.AddRange(HeaderRules.Compare(headers, answer.Headers, exchange.IgnoreHeaders));
        if (!exchange.IgnoreBody)
        {
            differences.AddRange(CompareBody(exchange, recorded, answer, fill));
        }

        var newlines = answer.Body.Count(each => each == '\n');
        if (newlines < exchange.MinNewlines)
        {
            differences.Add(new Difference("body", $"at least {exchange.MinNewlines} line ends", Text(newlines)));
        }

        if (answer.Elapsed < exchange.AtLeast)
        {
            differences.Add(new Difference("time", $"at least {exchange.AtLeast}", answer.Elapsed.ToString()));
        }

        return differences;
    }

    private static IEnumerable<Difference> CompareBody(Exchange exchange, RecordedResponse recorded, HttpAnswer answer, Func<string, string> fill)
    {
        if (recorded.Kind == BodyKind.None)
        {
            return answer.Body.Length == 0 ? [] : [new Difference("body", "(empty)", $"{answer.Body.Length} bytes")];
        }

        var expected = recorded.Body!.MapStrings(fill);
        var actual = AnswerBody.Read(recorded.Kind, answer, out var problem);
        if (actual is null)
        {
            return [new Difference("body", Difference.Clip(expected), problem)];
        }

        if (expected is LiteralObject e && actual is LiteralObject a)
        {
            // The number by which CouchDB finds an error in its log is no part of the interface.
            if (e["error"] is not null && e["ref"] is null)
            {
                actual = a.Without("ref");
            }

            if (exchange.ReasonFree && a["reason"] is LiteralString)
            {
                expected = e.With("reason", new LiteralObject([new("$str", LiteralWord.True)]));
            }
        }

        if (exchange.PrefixLines && expected is LiteralArray lines && actual is LiteralArray all)
        {
            actual = new LiteralArray([.. all.Items.Take(lines.Items.Count)]);
        }

        var prefix = recorded.Kind == BodyKind.Json ? "" : recorded.Kind.ToString().ToLowerInvariant();
        return new LiteralComparer(exchange.Rules).Compare(expected, actual)
            .Select(difference => difference with { At = prefix + difference.At });
    }

    private static IReadOnlyList<Difference> CompareRefusal(Exchange exchange, HttpAnswer answer)
    {
        if (answer.Status < 400)
        {
            return [new Difference("status", "an error (4xx or 5xx)", Text(answer.Status))];
        }

        if (exchange.Request.Method == "HEAD")
        {
            return [];
        }

        var body = AnswerBody.Read(BodyKind.Json, answer, out var problem);
        var usual = body is LiteralObject error && error["error"] is LiteralString && error["reason"] is not null;
        return usual ? [] : [new Difference("body", "{\"error\":…,\"reason\":…}", body is null ? problem : Difference.Clip(body))];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
