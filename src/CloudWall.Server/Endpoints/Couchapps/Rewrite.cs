using System.Text;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>
/// <c>/{db}/_design/{ddoc}/_rewrite/…</c>: a request becomes another one, by rules or by a function (CouchDB's documentation:
/// "/{db}/_design/{ddoc}/_rewrite/path"). It is answered in the name of whoever made it, with what they may do.
/// </summary>
internal sealed class Rewrite(OpenedDesigns designs, RequestObjects requests)
{
    /// <summary>Any method.</summary>
    public async Task Run(Exchange exchange)
    {
        exchange.CountRewrite();
        var calls = designs.Open(exchange.Database, exchange.Target.Text(2));
        var scope = RewriteScope.Of(exchange);
        switch (calls.Body.Member("rewrites"u8))
        {
            case { IsArray: true } rules:
                exchange.Rewrite(RewriteRules.Apply(exchange, scope, rules), exchange.Method, body: null);
                break;
            case { IsText: true }:
                await CallAsync(exchange, calls, scope);
                break;
            default:
                throw Invalid(404, "Invalid path.");
        }
    }

    private async Task CallAsync(Exchange exchange, DesignCalls calls, RewriteScope scope)
    {
        using var body = await FunctionBody.ReadAsync(exchange);
        var request = requests.Of(exchange, id: null, body?.Memory, calls.Functions.RequestFor("rewrites", ""));
        var result = await calls.CallAsync(functions => functions.Rewrite(request, exchange.Aborted), exchange.Aborted)
            ?? throw Invalid(404, "Invalid path.");
        var answer = NormalJson.FromStored(result);
        if (!answer.IsObject)
        {
            throw Invalid(500, "bad rewrite");
        }

        var sent = Text(answer, "body"u8, "bad body") is { } other ? Encoding.UTF8.GetBytes(other) : null;
        var headers = answer.Member("headers"u8);
        if (answer.Member("code"u8) is { } code)
        {
            var status = (code.IsText ? null : FunctionResponse.StatusOf(code)) ?? throw Invalid(500, "bad code");
            if (headers is { } chosen)
            {
                RequireTexts(chosen);
                FunctionHeaders.Apply(exchange, chosen);
            }

            FunctionHeaders.Confine(exchange, "text/plain");
            exchange.IsPlain = true;
            await exchange.WriteBytesAsync(status, "text/html; charset=utf-8", sent ?? body?.Memory ?? default);
            return;
        }

        var path = Text(answer, "path"u8, "bad path") ?? throw Invalid(500, "Rewrite result must produce a new path.");
        var method = Text(answer, "method"u8, "bad method") ?? exchange.Method;
        var query = answer.Member("query"u8) is { IsObject: true } members
            ? members.Members().Select(static member => (member.Name, member.Value.IsText ? member.Value.Text() : throw Invalid(500, "bad query")))
            : exchange.Query.Select(static parameter => (parameter.Key, parameter.Value));
        var target = scope.Resolve(path, query);
        if (headers is { } asked)
        {
            RequireTexts(asked);
            FunctionHeaders.ApplyToRequest(exchange, asked);
        }

        exchange.Rewrite(target, method, sent ?? body?.Span.ToArray());
    }

    /// <summary>Elsewhere CouchDB takes other values for headers, but not here.</summary>
    private static void RequireTexts(NormalJson headers)
    {
        if (!headers.IsObject || headers.Members().Any(static header => !header.Value.IsText))
        {
            throw Invalid(500, "bad headers");
        }
    }

    private static string? Text(NormalJson answer, ReadOnlySpan<byte> name, string otherwise) => answer.Member(name) switch
    {
        null => null,
        { IsText: true } text => text.Text(),
        _ => throw Invalid(500, otherwise),
    };

    private static DocumentException Invalid(int status, string reason) => new(new DocumentError(status, "rewrite_error", reason));
}
