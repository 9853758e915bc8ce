using System.Text.RegularExpressions;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Scripting;
using CloudWall.Scripting.Views;

namespace CloudWall.DesignDocuments.Views;

/// <summary>Sees to it that the functions of a design document's views compile before it is written, as CouchDB does.</summary>
public static partial class ViewCompilation
{
    /// <summary>Compiles a document's views; it may be no design document.</summary>
    /// <param name="host">What runs functions. One that does not know the document's language has nothing to say.</param>
    /// <param name="database">The document's database.</param>
    /// <param name="id">Its id.</param>
    /// <param name="document">The document.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Why it is refused, or null.</returns>
    public static async Task<DocumentError?> CheckAsync(
        ScriptHost host, Database database, string id, ParsedDocument document, CancellationToken cancellation)
    {
        if (document.Deleted || document.Body.Length <= 2 || !id.StartsWith("_design/", StringComparison.Ordinal))
        {
            return null;
        }

        var group = ViewGroup.Of(id, NormalJson.FromStored(document.Body));
        if (group.Names.Count == 0 || !host.Knows(group.Language))
        {
            return null;
        }

        // All together, as they will be used; one by one only to find out whose text is wrong.
        var together = await CompileAsync("map", string.Empty, host.MapsAsync(database.Name, group.Maps, cancellation));
        if (together is { Status: >= 500 })
        {
            return together;
        }

        var fine = together is null;
        foreach (var (name, (view, reduction)) in group.Names.OrderBy(static name => name.Key, StringComparer.Ordinal))
        {
            var map = group.Maps with { Functions = [group.Maps.Functions[view]] };
            if (!fine && await CompileAsync("map", name, host.MapsAsync(database.Name, map, cancellation)) is { } bad)
            {
                return bad;
            }

            if (reduction >= 0 && group.Definition.Views[view].Reductions[reduction] is var source && !source.StartsWith('_'))
            {
                var compiling = host.ReducesAsync(database.Name, new ReduceSource(group.Language, [source]), cancellation);
                if (await CompileAsync("reduce", name, compiling) is { } worse)
                {
                    return worse;
                }
            }
        }

        return null;

        static async Task<DocumentError?> CompileAsync(string kind, string view, Task compilation)
        {
            try
            {
                await compilation;
                return null;
            }
            catch (ScriptException failure)
            {
                return ErrorOf(failure, kind, view);
            }
        }
    }

    /// <summary>
    /// A fault of the text is told from want of time or memory, which another attempt may find: that is answered as where functions run.
    /// A program of another language that ends over the text has refused it, as in CouchDB (<c>couch_query_servers:try_compile</c>).
    /// </summary>
    private static DocumentError ErrorOf(ScriptException failure, string kind, string view)
    {
        return failure switch
        {
            { Error: "compilation_error" } => Refused(": " + failure.Reason),
            { Error: "os_process_error" } when ExitStatus().Match(failure.Reason) is { Success: true } exit =>
                Refused(" with exit status: " + exit.Groups["status"].Value),
            _ => ScriptErrors.Of(failure),
        };

        DocumentError Refused(string why) =>
            new(400, "compilation_error", $"Compilation of the {kind} function in the '{view}' view failed{why}");
    }

    [GeneratedRegex(@"^\{exit_status,(?<status>\d+)\}$", RegexOptions.ExplicitCapture)]
    private static partial Regex ExitStatus();
}
