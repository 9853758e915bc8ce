using CloudWall.DesignDocuments.Views;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;
using CloudWall.Scripting;

namespace CloudWall.DesignDocuments.Rules;

/// <summary>Refuses design documents that CouchDB refuses: fields of a wrong type, and views that do not compile.</summary>
/// <param name="scripts">Compiles functions.</param>
public sealed class DesignDocumentRule(ScriptHost scripts) : WriteRule
{
    /// <inheritdoc/>
    public override bool Concerns(string id) => id.StartsWith("_design/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override async ValueTask<DocumentError?> CheckAsync(
        WriteContext context, DocumentWrite write, CancellationToken cancellation)
    {
        var database = context.Database;
        return context.IsConflict(write) ? DocumentError.Conflict
            : DesignDocumentFields.Check(write.Id, write.Document, database.Options.Partitioned)
                ?? await ViewCompilation.CheckAsync(scripts, database, write.Id, write.Document, cancellation);
    }
}
