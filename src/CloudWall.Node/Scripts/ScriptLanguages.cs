using CloudWall.Scripting;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.QueryServers;
using CloudWall.Scripting.Running;

namespace CloudWall.Node.Scripts;

/// <summary>The languages of design documents.</summary>
internal static class ScriptLanguages
{
    /// <summary>JavaScript, unless a query server runs it, and the languages of query servers.</summary>
    /// <param name="servers">The command lines of query servers, by language.</param>
    /// <param name="options">The options of functions.</param>
    /// <param name="runner">Runs functions.</param>
    public static IEnumerable<ScriptEngineFactory> Of(
        IReadOnlyDictionary<string, string> servers, ScriptHostOptions options, ScriptRunner runner)
    {
        if (!servers.ContainsKey("javascript"))
        {
            yield return new JavaScriptFactory(options, runner);
        }

        foreach (var (language, command) in servers)
        {
            yield return new QueryServerFactory(language, command);
        }
    }
}
