using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Simulation.Nodes;

/// <summary>What clients do with a node.</summary>
public static class NodeWrites
{
    /// <summary>Creates a database where there is none.</summary>
    public static Task CreateAsync(this SimulatedNode node, string database, bool partitioned = false) => node.AskAsync(async running =>
    {
        if (running.Node.Databases.Find(database) is null)
        {
            await running.Node.Databases.CreateAsync(database, new DatabaseOptions(partitioned), CancellationToken.None);
        }

        return true;
    });

    /// <summary>Writes a document: anew, or in place of what the node has.</summary>
    /// <returns>The revision once it is acknowledged; null where the node refused it.</returns>
    /// <exception cref="MachineOffException">The node went off: it may be written or not.</exception>
    public static Task<RevisionId?> PutAsync(this SimulatedNode node, string database, string id, string json) => node.AskAsync(
        async running =>
        {
            var target = running.Node.Databases.Find(database) ?? throw new SimulationException($"{node.Name} has no {database}");
            var document = DocumentParser.Parse(Encoding.UTF8.GetBytes(json), target.Limits);
            var write = new DocumentWrite(id, document, []) { Parent = target.Find(id)?.Tree.Winner.Revision ?? default };
            var outcome = (await target.WriteAsync([write], WriteMode.Interactive, CancellationToken.None))[0];
            return outcome.IsSuccess ? outcome.Revision : (RevisionId?)null;
        });

    /// <summary>An admin sets <c>_security</c>.</summary>
    public static Task SetSecurityAsync(this SimulatedNode node, string database, string json) => node.AskAsync(async running =>
    {
        await running.Node.Databases.Find(database)!.SetSecurityAsync(Encoding.UTF8.GetBytes(json), CancellationToken.None);
        return true;
    });

    /// <summary>The <c>_security</c> of a database; null where none was set.</summary>
    public static string? Security(this SimulatedNode node, string database)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Running?.Node.Databases.Find(database)?.Security is { } security ? Encoding.UTF8.GetString(security.Span) : null;
    }

    /// <summary>All leaves of a database in the order of ids, as text.</summary>
    public static string Leaves(this SimulatedNode node, string database)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Running?.Node.Databases.Find(database) is not { } found)
        {
            return "none";
        }

        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var changes = found.ReadChanges(0);
        while (changes.MoveNext())
        {
            var leaves = changes.Leaves.ToArray().Select(static leaf => leaf.Revision.ToString()).Order(StringComparer.Ordinal);
            rows[Encoding.UTF8.GetString(changes.Id)] = string.Join(',', leaves);
        }

        return string.Join('\n', rows.Select(static row => $"{row.Key} {row.Value}"));
    }

    /// <summary>Whether a database knows a revision: as a leaf, or as what a leaf descends from.</summary>
    public static bool Knows(this SimulatedNode node, string database, string id, RevisionId revision)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Running?.Node.Databases.Find(database) is { } found
            && found.FindMissing(id, [revision], CancellationToken.None).Item1.Count == 0;
    }

    /// <summary>Asks a running node for something, on its machine.</summary>
    /// <exception cref="MachineOffException">The node is off, or went off meanwhile.</exception>
    public static Task<T> AskAsync<T>(this SimulatedNode node, Func<RunningNode, Task<T>> ask)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Running is { } running
            ? running.Machine.RunAsync(() => ask(running))
            : Task.FromException<T>(new MachineOffException(node.Name));
    }
}
