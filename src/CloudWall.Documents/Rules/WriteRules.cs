using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;

namespace CloudWall.Documents.Rules;

/// <summary>The rules that apply to one database. That its documents have ids that documents may have is one of them, always.</summary>
internal sealed class WriteRules(Database database, IReadOnlyList<WriteRule> rules)
{
    private readonly WriteRule[] _rules = [.. rules.Where(rule => rule.ConcernsDatabase(database.Name))];

    /// <summary>Whether any rule applies to any of the documents.</summary>
    public bool Concern(IReadOnlyList<DocumentWrite> writes, Writer writer)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            if (IdFault(writes[i]) is not null)
            {
                return true;
            }
        }

        foreach (var rule in _rules)
        {
            if ((rule.Ways & writer.Way) == 0)
            {
                continue;
            }

            for (var i = 0; i < writes.Count; i++)
            {
                if (rule.Concerns(writes[i].Id))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Checks the documents and writes those that no rule refuses. The first rule that refuses a document determines its error.
    /// </summary>
    /// <param name="writes">The documents.</param>
    /// <param name="mode">Edits, or replicated revisions.</param>
    /// <param name="writer">Who writes.</param>
    /// <param name="write">Writes the accepted documents.</param>
    /// <param name="cancellation">Cancels the checks.</param>
    /// <returns>One outcome for each document, in order.</returns>
    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(
        IReadOnlyList<DocumentWrite> writes,
        WriteMode mode,
        Writer writer,
        Func<IReadOnlyList<DocumentWrite>, Task<IReadOnlyList<WriteOutcome>>> write,
        CancellationToken cancellation)
    {
        var errors = await CheckAsync(writes, mode, writer, cancellation);
        var accepted = new List<DocumentWrite>(writes.Count);
        for (var i = 0; i < errors.Length; i++)
        {
            if (errors[i] is null)
            {
                accepted.Add(writes[i]);
            }
        }

        var written = accepted.Count == 0 ? [] : await write(accepted);
        if (accepted.Count == writes.Count)
        {
            return written;
        }

        var outcomes = new WriteOutcome[errors.Length];
        for (int i = 0, next = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = errors[i] is { } error
                ? new WriteOutcome(writes[i].Id, mode == WriteMode.Replicated ? writes[i].Parent : default, error)
                : written[next++];
        }

        return outcomes;
    }

    private DocumentError? IdFault(DocumentWrite write) => DocumentId.FaultOf(write.Id, database.Limits, mayBeLocal: false);

    private async Task<DocumentError?[]> CheckAsync(
        IReadOnlyList<DocumentWrite> writes, WriteMode mode, Writer writer, CancellationToken cancellation)
    {
        var context = new WriteContext(database, mode, writer);
        var errors = new DocumentError?[writes.Count];
        for (var i = 0; i < errors.Length; i++)
        {
            errors[i] = IdFault(writes[i]);
        }

        foreach (var rule in _rules)
        {
            for (var i = 0; i < errors.Length && (rule.Ways & writer.Way) != 0; i++)
            {
                if (errors[i] is null && rule.Concerns(writes[i].Id))
                {
                    errors[i] = await rule.CheckAsync(context, writes[i], cancellation);
                }
            }
        }

        return errors;
    }
}
