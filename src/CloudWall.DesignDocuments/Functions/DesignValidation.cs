using CloudWall.Access;
using CloudWall.Access.Databases;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Validation;
using CloudWall.Scripting;
using CloudWall.Scripting.DesignDocuments;

namespace CloudWall.DesignDocuments.Functions;

/// <summary>
/// The <c>validate_doc_update</c> functions of a database's design documents. An update needs the consent of all of them (CouchDB's
/// documentation: "Validate Document Update Functions").
/// </summary>
public sealed class DesignValidation : UpdateValidator
{
    private readonly ScriptHost _scripts;
    private readonly DesignFunctions[] _designs;
    private readonly DocumentError? _broken;

    private DesignValidation(ScriptHost scripts, IReadOnlyList<DesignFunctions> designs, DocumentError? broken)
    {
        _scripts = scripts;
        _designs = [.. designs];
        _broken = broken;
    }

    /// <summary>Loads the validation functions of a database.</summary>
    /// <returns>Null where no design document has such a function.</returns>
    public static DesignValidation? Load(ScriptHost scripts, Database database)
    {
        var designs = new List<DesignFunctions>();
        DocumentError? broken = null;
        using var documents = database.Scan(new KeyRange("_design/", "_design0", InclusiveEnd: false));
        while (documents.MoveNext())
        {
            using var stored = documents.ReadWinner();
            if (stored is null || !JsonMember.TryFind(stored.Body.Span, "validate_doc_update"u8, out _))
            {
                continue;
            }

            try
            {
                var id = System.Text.Encoding.UTF8.GetString(documents.Id);
                designs.Add(scripts.Design(database.Name, DesignDocumentSource.Of(id, documents.Winner, stored)));
            }
            catch (ScriptException failure)
            {
                // A validation function that cannot be loaded rejects every write.
                broken ??= ScriptErrors.Of(failure);
            }
        }

        return designs.Count == 0 && broken is null ? null : new DesignValidation(scripts, designs, broken);
    }

    /// <inheritdoc/>
    public override Task<DocumentError?[]> ValidateAsync(
        Database database, IReadOnlyList<ProposedUpdate> updates, ReadOnlyMemory<byte> userContext, CancellationToken cancellation)
    {
        var who = userContext.IsEmpty ? UserContext.Node.In(database.Name) : userContext;
        return updates.Count == 1 && Array.TrueForAll(_designs, static design => design.AreShort)
            ? _scripts.Runner.RunShortAsync(database.Name, Validate, cancellation)
            : _scripts.Runner.RunAsync(database.Name, Validate, cancellation);

        DocumentError?[] Validate()
        {
            var errors = new DocumentError?[updates.Count];
            for (var i = 0; i < errors.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                errors[i] = _broken ?? this.Validate(database, updates[i], who, cancellation);
            }

            return errors;
        }
    }

    private DocumentError? Validate(Database database, in ProposedUpdate update, ReadOnlyMemory<byte> who, CancellationToken cancellation)
    {
        using var old = new JsonBuffer(512);
        using var json = new JsonBuffer(update.Write.Document.Body.Length + 256);
        ProposedDocument.Write(json, old, database, update);
        var arguments = new ValidationArguments(json.WrittenMemory, old.WrittenMemory, who, database.Security ?? DatabaseSecurity.Default);
        try
        {
            foreach (ref var design in _designs.AsSpan())
            {
                // This object lives until a design document changes, so compiled functions may have been evicted since the last call.
                design = _scripts.Use(design);
                design.Validate(arguments, cancellation);
            }

            return null;
        }
        catch (ScriptException refusal)
        {
            // What cannot be shown to the functions is refused for good: nobody need try it again.
            return refusal.IsOfArguments
                ? new DocumentError(413, "document_too_large", $"{update.Write.Id}: functions that validate documents cannot take it ({refusal.Reason})")
                : ScriptErrors.Of(refusal);
        }
    }
}
