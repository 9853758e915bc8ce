using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Scripts;

/// <summary>The document in the path of a show or update function, which need not be there.</summary>
internal sealed class FunctionDocument : IDisposable
{
    private static readonly DocumentOptions Shown = new(DocumentMembers.Revisions | DocumentMembers.Conflicts);

    private readonly JsonBuffer _json = new(512);

    private FunctionDocument(string? id) => Id = id;

    /// <summary>Its id; null where the path names none.</summary>
    public string? Id { get; }

    /// <summary>Its revision as text; empty where there is no such document.</summary>
    public string Revision { get; private set; } = string.Empty;

    /// <summary>The document as JSON in UTF-8; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Json => _json.WrittenMemory;

    /// <summary>Looks it up.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="first">The segment at which its id begins.</param>
    public static FunctionDocument Open(Exchange exchange, int first)
    {
        if (exchange.Target.Count <= first)
        {
            return new FunctionDocument(null);
        }

        var shown = new FunctionDocument(exchange.Target.TextFrom(first));
        var database = exchange.Database;
        if (database.Find(shown.Id!) is { Deleted: false } record)
        {
            using var stored = database.Read(record.Id, record.Winner.Revision);
            if (stored is not null)
            {
                shown.Revision = record.Winner.Revision.ToString();
                DocumentWriter.Write(shown._json, database, record, record.Winner.Revision, stored, Shown);
            }
        }

        return shown;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}
