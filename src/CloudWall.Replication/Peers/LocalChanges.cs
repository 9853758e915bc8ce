using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Sequences;

namespace CloudWall.Replication.Peers;

/// <summary>
/// The changes feed of a database of this node, page by page. Where few documents are asked for they are looked up, as long as that costs
/// less than to pass over all others. Not safe for use by several threads at a time.
/// </summary>
/// <param name="filter">Opens filter functions of design documents, and selectors; without it they are refused.</param>
internal sealed class LocalChanges(LocalFilter? filter)
{
    /// <summary>How many rows may be passed over between looks at the token.</summary>
    private const int RowsPerLook = 256;

    /// <summary>How many rows can be passed over in the time that one document takes to look up.</summary>
    private const int RowsPerLookup = 4;

    private static readonly KeyRange Designs = new("_design/", "_design0", InclusiveEnd: false);

    private (long Since, long End, Queue<(long Sequence, string Id)> Found)? _lookup;
    private (IReadOnlyList<string> Given, HashSet<string> Set)? _ids;

    /// <summary>The token of a sequence, as JSON.</summary>
    public static string Token(Database database, long sequence) => Quote(new SequenceTokens(database.Incarnation), sequence);

    /// <summary>Reads the next page.</summary>
    /// <param name="database">The database.</param>
    /// <param name="since">The sequence after which to begin, as JSON.</param>
    /// <param name="limit">How many rows at most.</param>
    /// <param name="wait">Whether to wait for the next change where there is none now.</param>
    /// <param name="selection">Which changes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DocumentException">400: the sequence is none, or the filter is not understood.</exception>
    public async Task<PeerChanges> ReadAsync(
        Database database, string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation)
    {
        var tokens = new SequenceTokens(database.Incarnation);
        var after = tokens.ResolveSince(since.StartsWith('"') ? since.AsSpan(1, since.Length - 2) : since, database.UpdateSequence);
        if (wait)
        {
            await database.WaitForChangeAsync(after, cancellation);
        }

        if (selection.Selector is not null || selection.Filter is not (null or "_design" or "_doc_ids"))
        {
            return await FilterAsync(database, tokens, after, limit, selection, cancellation);
        }

        var end = database.UpdateSequence;
        return selection.Filter != "_design" && selection.DocumentIds is null ? Walk(database, tokens, after, end, limit, selection, null, cancellation)
            : _lookup is { } begun && begun.Since == after ? Take(database, tokens, begun, limit, selection)
            : IsWorthLookup(selection, end - after) ? Take(database, tokens, LookUp(database, after, end, selection, cancellation), limit, selection)
            : Walk(database, tokens, after, end, limit, selection, IdsOf(selection), cancellation);
    }

    private static string Quote(in SequenceTokens tokens, long sequence) => $"\"{tokens.Format(sequence)}\"";

    private static RevisionId[] Leaves(ReadOnlySpan<RevisionLeaf> leaves, bool winnersOnly)
    {
        var ids = new RevisionId[winnersOnly ? 1 : leaves.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = leaves[i].Revision;
        }

        return ids;
    }

    private static PeerChanges Page(Database database, in SequenceTokens tokens, List<PeerChange> rows, long last, bool isEnd) =>
        new(rows, Quote(tokens, last), database.CountChangesAfter(last), isEnd);

    /// <summary>Passes over all changes.</summary>
    private static PeerChanges Walk(
        Database database,
        in SequenceTokens tokens,
        long after,
        long end,
        int limit,
        ChangesSelection selection,
        HashSet<string>? wanted,
        CancellationToken cancellation)
    {
        var isDesign = selection.Filter == "_design";
        var rows = new List<PeerChange>();
        var last = after;
        using var cursor = database.ReadChanges(after);
        for (var passed = 1; rows.Count < limit && cursor.MoveNext(); passed++)
        {
            if (passed % RowsPerLook == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            last = cursor.Sequence;
            if (isDesign && !cursor.Id.StartsWith("_design/"u8))
            {
                continue;
            }

            var id = Encoding.UTF8.GetString(cursor.Id);
            if (wanted?.Contains(id) ?? true)
            {
                rows.Add(new PeerChange(Quote(tokens, last), id, Leaves(cursor.Leaves, selection.WinnersOnly)));
            }
        }

        // What lies between the last row and the end has no row: it was overtaken by later changes.
        var isEnd = rows.Count < limit;
        return Page(database, tokens, rows, isEnd ? Math.Max(last, end) : last, isEnd);
    }

    private static bool IsWorthLookup(ChangesSelection selection, long feed) =>
        selection.DocumentIds is not { } ids || ids.Count < feed / RowsPerLookup;

    private static Queue<(long Sequence, string Id)> InOrder(List<(long Sequence, string Id)> found)
    {
        found.Sort(static (one, other) => one.Sequence.CompareTo(other.Sequence));
        return new Queue<(long Sequence, string Id)>(found);
    }

    /// <summary>Finds the changes of some documents up to a sequence.</summary>
    private static (long Since, long End, Queue<(long Sequence, string Id)> Found) LookUp(
        Database database, long after, long end, ChangesSelection selection, CancellationToken cancellation)
    {
        var found = new List<(long Sequence, string Id)>();
        if (selection.DocumentIds is { } ids)
        {
            foreach (var id in ids)
            {
                cancellation.ThrowIfCancellationRequested();
                if (database.Find(id) is { } record && record.Sequence > after && record.Sequence <= end)
                {
                    found.Add((record.Sequence, id));
                }
            }

            return (after, end, InOrder(found));
        }

        using var designs = database.Scan(Designs, includeDeleted: true);
        while (designs.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            if (designs.Sequence > after && designs.Sequence <= end)
            {
                found.Add((designs.Sequence, Encoding.UTF8.GetString(designs.Id)));
            }
        }

        return (after, end, InOrder(found));
    }

    /// <summary>Takes the next page of what was looked up.</summary>
    private PeerChanges Take(
        Database database,
        in SequenceTokens tokens,
        (long Since, long End, Queue<(long Sequence, string Id)> Found) lookup,
        int limit,
        ChangesSelection selection)
    {
        // Should it fail half way, it is looked up anew.
        _lookup = null;
        var rows = new List<PeerChange>();
        var last = lookup.Since;
        while (rows.Count < limit && lookup.Found.TryDequeue(out var next))
        {
            // A document that has changed again meanwhile comes again, after the end of what was looked up.
            if (database.Find(next.Id) is { } record && record.Sequence == next.Sequence)
            {
                last = next.Sequence;
                rows.Add(new PeerChange(Quote(tokens, last), next.Id, Leaves(record.Tree.Leaves.ToArray(), selection.WinnersOnly)));
            }
        }

        var isEnd = lookup.Found.Count == 0;
        last = isEnd ? lookup.End : last;
        _lookup = isEnd ? null : lookup with { Since = last };
        return Page(database, tokens, rows, last, isEnd);
    }

    private HashSet<string>? IdsOf(ChangesSelection selection)
    {
        if (selection.DocumentIds is not { } given)
        {
            return null;
        }

        _ids = _ids is { } known && known.Given == given ? known : (given, new HashSet<string>(given, StringComparer.Ordinal));
        return _ids.Value.Set;
    }

    /// <summary>Changes that a filter lets pass. They end with the last there is, or where some have been found.</summary>
    private async Task<PeerChanges> FilterAsync(
        Database database, SequenceTokens tokens, long after, int limit, ChangesSelection selection, CancellationToken cancellation)
    {
        if (filter is null)
        {
            throw new DocumentException(DocumentError.BadRequest("This source runs no filter functions."));
        }

        var decides = filter(database, selection);
        var end = database.UpdateSequence;
        var passed = new List<PeerChange>();
        using var cursor = database.ReadChanges(after);
        using var batch = new ChangeBatch(database, allLeaves: !selection.WinnersOnly);
        var last = after;
        for (var read = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Clear();
            while (read < limit && !batch.IsFull && cursor.MoveNext())
            {
                last = cursor.Sequence;
                batch.Add(cursor);
                read++;
            }

            var isEnd = read < limit && !batch.IsFull;
            last = isEnd ? Math.Max(last, end) : last;
            await decides.DecideAsync(batch, cancellation);
            foreach (var row in batch.Rows)
            {
                if (row.Leaves.Count > 0)
                {
                    passed.Add(new PeerChange(
                        Quote(tokens, row.Sequence), Encoding.UTF8.GetString(row.Id), row.Leaves.ConvertAll(static leaf => leaf.Revision)));
                }
            }

            if (isEnd || (read >= limit && passed.Count > 0))
            {
                return new PeerChanges(passed, Quote(tokens, last), database.CountChangesAfter(last), isEnd);
            }

            read = read >= limit ? 0 : read;
        }
    }
}
