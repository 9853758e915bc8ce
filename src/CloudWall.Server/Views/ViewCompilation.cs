using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Scripting;
using CloudWall.Scripting.Views;
using CloudWall.Server.Json;

namespace CloudWall.Server.Views;

/// <summary>Sees to it that the functions of a design document's views compile before it is written, as CouchDB does.</summary>
internal static class ViewCompilation
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

        // All together, as they will be used; one by one only to find out which is wrong.
        var fine = await CompileAsync("map", string.Empty, host.MapsAsync(database.Name, group.Maps, cancellation)) is null;
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
                return failure.Error == "not_found"
                    ? Scripts.ScriptErrors.Of(failure)
                    : new DocumentError(
                        400, "compilation_error", $"Compilation of the {kind} function in the '{view}' view failed: {failure.Reason}");
            }
        }
    }
}
