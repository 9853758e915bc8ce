using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// The parameters of requests for documents, read as CouchDB reads them: flags are on where they are exactly <c>true</c>.
/// </summary>
internal readonly record struct DocumentQuery
{
    /// <summary>What is to be shown, and since when.</summary>
    public DocumentOptions Options { get; private init; }

    /// <summary><c>rev</c>.</summary>
    public RevisionId? Revision { get; private init; }

    /// <summary><c>open_revs</c> as a list; null where it is <c>all</c> or not given.</summary>
    public IReadOnlyList<RevisionId>? OpenRevisions { get; private init; }

    /// <summary><c>open_revs=all</c>.</summary>
    public bool OpenAll { get; private init; }

    /// <summary><c>latest</c>.</summary>
    public bool Latest { get; private init; }

    /// <summary><c>deleted</c>: deleted documents are shown too.</summary>
    public bool DeletedToo { get; private init; }

    /// <summary><c>new_edits=false</c>.</summary>
    public bool Replicated { get; private init; }

    /// <summary>Reads the parameters.</summary>
    /// <exception cref="DocumentException">400: a revision, or a list of them, that is none.</exception>
    public static DocumentQuery Parse(Query query)
    {
        var result = default(DocumentQuery);
        for (var i = 0; i < query.Count; i++)
        {
            var (name, value) = query[i];
            result = result.With(name, value);
        }

        return result;
    }

    /// <summary>Reads a revision.</summary>
    /// <exception cref="DocumentException">400: it is none.</exception>
    public static RevisionId ParseRevision(string text) =>
        RevisionId.TryParse(Encoding.UTF8.GetBytes(text), out var revision)
            ? revision
            : throw new DocumentException(DocumentError.InvalidRevision);

    private static List<RevisionId> ParseRevisions(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), JsonDepth.Reader);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new DocumentException("Invalid list of revisions");
            }

            var revisions = new List<RevisionId>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    throw new DocumentException(DocumentError.InvalidRevision);
                }

                revisions.Add(ParseRevision(reader.GetString()!));
            }

            return reader.Read() ? throw HttpErrors.InvalidJson() : revisions;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw HttpErrors.InvalidJson();
        }
    }

    private DocumentQuery With(string name, string value)
    {
        switch (name)
        {
            case "rev":
                return this with { Revision = ParseRevision(value) };
            case "open_revs" when value == "all":
                return this with { OpenAll = true, OpenRevisions = null };
            case "open_revs":
                return this with { OpenAll = false, OpenRevisions = ParseRevisions(value) };
            case "atts_since":
                return this with { Options = Options with { AttachmentsSince = ParseRevisions(value) } };
            case "new_edits":
                return this with { Replicated = value switch { "false" => true, "true" => false, _ => Replicated } };
        }

        return value != "true" ? this : name switch
        {
            "attachments" => Showing(DocumentMembers.AttachmentData),
            "meta" => Showing(DocumentMembers.RevisionsInfo | DocumentMembers.Conflicts | DocumentMembers.DeletedConflicts),
            "revs" => Showing(DocumentMembers.Revisions),
            "local_seq" => Showing(DocumentMembers.LocalSequence),
            "revs_info" => Showing(DocumentMembers.RevisionsInfo),
            "conflicts" => Showing(DocumentMembers.Conflicts),
            "deleted_conflicts" => Showing(DocumentMembers.DeletedConflicts),
            "att_encoding_info" => Showing(DocumentMembers.AttachmentEncoding),
            "latest" => this with { Latest = true },
            "deleted" => this with { DeletedToo = true },
            _ => this,
        };
    }

    private DocumentQuery Showing(DocumentMembers members) => this with { Options = Options.With(members) };
}
