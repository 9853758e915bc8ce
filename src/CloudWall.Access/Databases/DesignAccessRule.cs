using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;

namespace CloudWall.Access.Databases;

/// <summary>Only admins of a database write its design documents, since those run code in the name of everyone who uses it.</summary>
public sealed class DesignAccessRule : WriteRule
{
    /// <inheritdoc/>
    public override bool Concerns(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.StartsWith("_design/", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult(
            context.Writer.IsAdmin ? null : DatabasePermissions.Of(context.Database).RefuseAdmin(UserContext.Of(context.Writer)));
    }
}
