using System.Globalization;
using CsCheck;

namespace CloudWall.Model;

/// <summary>One step of a run: what is done, and numbers from which its details are drawn.</summary>
public readonly record struct Step(int Kind, int A, int B, int C);

/// <summary>
/// Does the same things to a target and to the model of CouchDB's rules, and compares what both show. Throws
/// <see cref="ModelMismatchException"/> at the first difference.
/// </summary>
public sealed class ModelRun(IModelTarget target)
{
    /// <summary>Random runs of 1 to 40 steps.</summary>
    public static readonly Gen<Step[]> Steps =
        Gen.Select(Gen.Int, Gen.Int, Gen.Int, Gen.Int, (kind, a, b, c) => new Step(kind, a, b, c)).Array[1, 40];

    private static readonly string[] Ids = ["a", "b", "b\u0000c", "ä", "\uFFFD", "\U00010000"];

    private readonly Dictionary<string, ModelDocument> _documents = [];
    private readonly List<string> _order = [];
    private bool _isFirst = true;
    private int _revsLimit = 1000;
    private int _made;

    public async Task DoAsync(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            await DoAsync(step);
            await CompareAsync();
        }
    }

    private static string IdOf(int number) => Ids[(number & int.MaxValue) % Ids.Length];

    private static int Pick(int number, int count) => (number & int.MaxValue) % count;

    private Task DoAsync(Step step) => Pick(step.Kind, 20) switch
    {
        < 9 => EditAsync(step),
        < 15 => MergeAsync(step),
        15 or 16 => PurgeAsync(step),
        17 => CompactAsync(),
        18 => LimitAsync(step),
        _ => RestartAsync(),
    };

    private async Task EditAsync(Step step)
    {
        var id = IdOf(step.A);
        var document = _documents.GetValueOrDefault(id);
        var deleted = Pick(step.C, 4) == 0;
        Rev? parent = null;
        if (document is not null && Pick(step.B, 5) != 0)
        {
            var from = Pick(step.B, 5) == 1 ? document.Revisions : document.Leaves;
            parent = from[Pick(step.B / 5, from.Count)];
        }

        var stubs = new List<string>();
        var body = MakeBody(step.C);
        if (parent is { } known && document!.Leaves.Contains(known) && document.Bodies.TryGetValue(known, out var before))
        {
            // Some of the parent's attachments are kept as stubs.
            var attachments = new Dictionary<string, string>(body.Attachments);
            foreach (var (name, content) in before.Attachments)
            {
                if (!attachments.ContainsKey(name))
                {
                    attachments[name] = content;
                    stubs.Add(name);
                }
            }

            body = body with { Attachments = attachments };
        }

        var expected = EditParent(document, parent, deleted);
        var revision = await target.EditAsync(id, parent, deleted, body, stubs);
        Require((revision is not null) == expected.Succeeds, $"edit of {id} on {parent}: {revision?.ToString() ?? "conflict"}");
        if (revision is not { } made)
        {
            return;
        }

        _isFirst = false;
        Require(made.Generation == (expected.Parent?.Generation ?? 0) + 1, $"edit of {id} on {expected.Parent} made {made}");
        Touch(id).Add(expected.Parent is { } above ? [made, above] : [made], deleted, body);
        Touch(id).Stem(_revsLimit);
    }

    private static (bool Succeeds, Rev? Parent) EditParent(ModelDocument? document, Rev? parent, bool deleted)
    {
        if (document is null)
        {
            return (true, null);
        }

        if (document.IsDeleted)
        {
            return (parent is null && !deleted, document.Winner);
        }

        return (parent is { } known && document.Leaves.Contains(known), parent);
    }

    private async Task RestartAsync()
    {
        await target.RestartAsync();
        _isFirst = true;
    }

    private async Task MergeAsync(Step step)
    {
        var id = IdOf(step.A);
        var document = _documents.GetValueOrDefault(id);
        var path = new List<Rev>();
        if (document is not null && Pick(step.B, 6) != 0)
        {
            var revisions = document.Revisions;
            path.AddRange(document.PathOf(revisions[Pick(step.B / 6, revisions.Count)]));
        }

        for (var more = Pick(step.C, 4); more > 0 || path.Count == 0; more--)
        {
            var generation = path.Count == 0 ? Pick(step.B, 3) + 1 : path[0].Generation + 1;
            path.Insert(0, new Rev(generation, MakeHash(step.C)));
        }

        if (Pick(step.B, 7) == 0 && path.Count > 2)
        {
            path.RemoveRange(2, path.Count - 2);
        }

        var deleted = Pick(step.C / 4, 4) == 0;
        var body = MakeBody(step.C);
        await target.MergeAsync(id, path, deleted, body);

        // Writes with attachments are checked, and the first one after a start: what is a leaf passes for known then, and what has
        // descendants.
        var isChecked = (body.Attachments.Count > 0 || _isFirst) && document is not null && document.Knows(path[0]);
        _isFirst = false;
        if (isChecked && (document!.Leaves.Contains(path[0]) || !document.Joins(path)))
        {
            return;
        }

        // A known revision may still bring a body that was missing, and ancestors that were not known. If these join it to others, it is
        // there anew, with what it brings.
        var merged = document?.Copy() ?? new ModelDocument();
        merged.Add(path, deleted, body);
        merged.Stem(_revsLimit);
        if (isChecked && !await HasLeavesAsync(id, merged))
        {
            // The revision is there twice until it is joined. Which of the two counts depends on which tree begins first, which the model
            // does not know: either all of it is taken or nothing. The recorded exchanges say which (strangers/pieces-of-a-line).
            return;
        }

        if (document is null || !merged.HasSameRevisions(document))
        {
            Touch(id);
            _documents[id] = merged;
        }
    }

    private async Task<bool> HasLeavesAsync(string id, ModelDocument document)
    {
        var leaves = await target.ReadLeavesAsync(id);
        return leaves.Select(leaf => leaf.Revision).SequenceEqual(document.Leaves)
            && leaves.All(leaf => leaf.Path.SequenceEqual(Shown(document, leaf.Revision)));
    }

    private IEnumerable<Rev> Shown(ModelDocument document, Rev revision) =>
        target.CutsHistories ? document.PathOf(revision).Take(_revsLimit) : document.PathOf(revision);

    private async Task PurgeAsync(Step step)
    {
        var id = IdOf(step.A);
        if (!_documents.TryGetValue(id, out var document))
        {
            return;
        }

        var revisions = document.Revisions;
        var chosen = new List<Rev> { document.Leaves[Pick(step.B, document.Leaves.Count)] };
        if (Pick(step.C, 2) == 0)
        {
            chosen.Add(revisions[Pick(step.C, revisions.Count)]);
        }

        chosen = [.. chosen.Distinct()];
        var leaves = chosen.Where(document.Leaves.Contains).ToHashSet();
        var purged = await target.PurgeAsync(id, chosen);
        Require(leaves.SetEquals(purged), $"purge of {string.Join(' ', chosen)} from {id} removed {string.Join(' ', purged)}");
        document.Purge(chosen);
        _order.Remove(id);
        if (document.IsEmpty)
        {
            _documents.Remove(id);
        }
        else
        {
            _order.Add(id);
        }
    }

    private async Task CompactAsync()
    {
        await target.CompactAsync();
        foreach (var document in _documents.Values)
        {
            document.Compact();
            document.Stem(_revsLimit);
        }
    }

    private async Task LimitAsync(Step step)
    {
        _revsLimit = Pick(step.A, 2) == 0 ? 1000 : Pick(step.B, 20) + 1;
        await target.SetRevsLimitAsync(_revsLimit);
    }

    private async Task CompareAsync()
    {
        foreach (var id in Ids)
        {
            await CompareAsync(id);
        }

        var changes = await target.ReadChangesAsync();
        Require(changes.Select(change => change.Id).SequenceEqual(_order), $"the feed has {string.Join(' ', changes.Select(change => change.Id))}, not {string.Join(' ', _order)}");
        for (var i = 0; i < changes.Count; i++)
        {
            var document = _documents[changes[i].Id];
            Require(changes[i].Deleted == document.IsDeleted, $"the feed has {changes[i]}");
            Require(changes[i].Leaves.SequenceEqual(document.Leaves), $"the feed has {string.Join(' ', changes[i].Leaves)}");
            Require(i == 0 || changes[i].Sequence > changes[i - 1].Sequence, "the feed's sequences do not rise");
        }

        var live = _documents.Where(entry => !entry.Value.IsDeleted).OrderBy(entry => entry.Key, CloudWall.Documents.Utf8Order.Instance);
        var all = await target.ReadAllAsync();
        Require(all.SequenceEqual(live.Select(entry => (entry.Key, entry.Value.Winner))), "all documents: " + string.Join(' ', all));
        var (documents, deleted) = await target.CountAsync();
        Require(documents == all.Count && deleted == _documents.Count - all.Count, $"counts {documents} and {deleted}");
        var contents = _documents.Values
            .SelectMany(document => document.Bodies.Values)
            .SelectMany(body => body.Attachments.Values)
            .Distinct(StringComparer.Ordinal)
            .Count();
        var stored = await target.CountContentsAsync();
        Require(stored is null || stored == contents, $"{stored} contents are stored, {contents} referred to");
    }

    private async Task CompareAsync(string id)
    {
        var document = _documents.GetValueOrDefault(id) ?? new ModelDocument();
        var leaves = await target.ReadLeavesAsync(id);
        Require(
            leaves.Select(leaf => (leaf.Revision, leaf.Deleted)).SequenceEqual(document.Leaves.Select(leaf => (leaf, document.IsDeletion(leaf)))),
            $"{id} has the leaves {string.Join(' ', leaves)}, not {string.Join(' ', document.Leaves)}");
        foreach (var leaf in leaves)
        {
            var path = Shown(document, leaf.Revision);
            Require(leaf.Path.SequenceEqual(path), $"{id} {leaf.Revision} has the path {string.Join(' ', leaf.Path)}, not {string.Join(' ', path)}");
            var body = await target.ReadAsync(id, leaf.Revision);
            var expected = document.Bodies[leaf.Revision];
            Require(
                body is not null
                && body.Value == expected.Value
                && body.Attachments.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                    .SequenceEqual(expected.Attachments.OrderBy(entry => entry.Key, StringComparer.Ordinal)),
                $"{id} {leaf.Revision} has the body {body}");
        }
    }

    private ModelDocument Touch(string id)
    {
        if (!_documents.TryGetValue(id, out var document))
        {
            _documents[id] = document = new ModelDocument();
        }

        _order.Remove(id);
        _order.Add(id);
        return document;
    }

    private ModelBody MakeBody(int number)
    {
        var attachments = new Dictionary<string, string>();
        for (var i = 0; i < Pick(number / 16, 8) - 4; i++)
        {
            // Few different contents, so that many revisions share one; one of them spans several chunks.
            var kind = Pick((number / 128) + i, 4);
            attachments["file" + Pick((number / 512) + i, 3)] = kind == 3 ? new string('x', 300_000) : "content " + kind;
        }

        return new ModelBody(_made++, attachments);
    }

    private string MakeHash(int number) =>
        (((number & 0xF) << 24) | (++_made & 0xFFFFFF)).ToString("x32", CultureInfo.InvariantCulture);

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ModelMismatchException(otherwise);
        }
    }
}
