using CloudWall.Documents;
using CloudWall.Scripting;

namespace CloudWall.DesignDocuments.Functions;

/// <summary>Maps failures of design document functions to responses, with CouchDB's status for each error name.</summary>
public static class ScriptErrors
{
    /// <summary>The response to a failure: 429 where other calls have what this one needed.</summary>
    public static DocumentError Of(ScriptException failure) => failure.IsOfLoad
        ? new DocumentError(429, "too_many_requests", failure.Reason)
        : new DocumentError(StatusOf(failure.Error), failure.Error, failure.Reason)
        {
            ReasonJson = failure.ReasonJson.Span is [(byte)'"', ..] ? default : failure.ReasonJson,
        };

    private static int StatusOf(string error) => error switch
    {
        "bad_request" or "query_parse_error" => 400,
        "unauthorized" => 401,
        "forbidden" => 403,
        "not_found" => 404,
        "method_not_allowed" => 405,
        "not_acceptable" => 406,
        "conflict" => 409,
        _ => 500,
    };
}
