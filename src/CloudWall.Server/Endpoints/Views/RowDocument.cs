using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;

namespace CloudWall.Server.Endpoints.Views;

/// <summary>
/// The documents of a view's rows (<c>include_docs</c>): a row's own, or the one that its value names (<c>_id</c>, <c>_rev</c>):
/// "linked documents".
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="database">The documents' database.</param>
/// <param name="members">What is shown of them.</param>
/// <param name="cancellation">Stops reading attachments.</param>
internal sealed class RowDocument(IJsonOutput output, Database database, DocumentMembers members, CancellationToken cancellation)
{
    private readonly IncludedDocument _own = new(output, database, members, cancellation);

    // As in CouchDB, conflicts are shown of a row's own document only.
    private readonly IncludedDocument _linked = new(output, database, members & ~DocumentMembers.Conflicts, cancellation);

    /// <summary>Writes a row's document, or that there is none.</summary>
    /// <param name="id">The id of the row's own document, as UTF-8.</param>
    /// <param name="value">The row's value.</param>
    public ValueTask WriteAsync(ReadOnlySpan<byte> id, ReadOnlySpan<byte> value)
    {
        var own = Encoding.UTF8.GetString(id);
        return value is [(byte)'{', ..]
            ? WriteAsync(own, NormalJson.CopyMember(value, "_id"u8), NormalJson.CopyMember(value, "_rev"u8))
            : _own.WriteAsync(own);
    }

    private ValueTask WriteAsync(string own, NormalJson? named, NormalJson? rev)
    {
        var id = own;
        var target = _own;
        if (named is { } other)
        {
            if (!other.IsText)
            {
                _own.WriteNull();
                return ValueTask.CompletedTask;
            }

            id = other.Text();
            target = _linked;
        }

        if (rev is not { IsText: true } revision)
        {
            return target.WriteAsync(id);
        }

        if (RevisionId.TryParse(Encoding.UTF8.GetBytes(revision.Text()), out var parsed))
        {
            return _own.WriteAsync(id, parsed);
        }

        _own.WriteNull();
        return ValueTask.CompletedTask;
    }
}
