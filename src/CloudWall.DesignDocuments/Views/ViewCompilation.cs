using System.Text.RegularExpressions;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Scripting;
using CloudWall.Scripting.Views;

namespace CloudWall.DesignDocuments.Views;

/// <summary>Compiles the functions of a design document's views before the document is written, as CouchDB does.</summary>
public static partial class ViewCompilation
{
    /// <summary>Compiles the views of a document. Documents other than design documents pass.</summary>
    /// <param name="host">Compiles functions. Views in a language that it does not know are not checked.</param>
    /// <param name="database">The document's database.</param>
    /// <param name="id">Its id.</param>
    /// <param name="document">The document.</param>
    /// <param name="cancellation">Cancels the compilation.</param>
    /// <returns>The refusal; null where all views compile.</returns>
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

        // All maps are compiled together, as the index will use them; one by one only to find the one at fault.
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
    /// A compilation error is the document's fault: 400. A lack of time or memory is not, because another attempt may succeed: it gets
    /// the same error as a running function. A query server that exits while it compiles has refused the text, as in CouchDB
    /// (<c>couch_query_servers:try_compile</c>).
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
