using System.Collections.Concurrent;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Scripting;

namespace CloudWall.DesignDocuments.Functions;

/// <summary>
/// Design documents that are opened once for all calls of their functions, until a design document of their database changes: to find and
/// read a document takes longer than most functions.
/// </summary>
/// <param name="scripts">Runs functions.</param>
public sealed class OpenedDesigns(ScriptHost scripts)
{
    /// <summary>How many are kept. When there are more, all are forgotten.</summary>
    private const int MostKept = 100;

    /// <summary>The longest that are kept.</summary>
    private const int MostBytes = 64 << 10;

    private readonly ConcurrentDictionary<(string Incarnation, string Name), Opened> _kept = new();

    /// <summary>Opens a design document.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="name">Its name, without <c>_design/</c>.</param>
    /// <exception cref="DocumentException">404: there is no such document. Any other status: its functions cannot be used.</exception>
    public DesignCalls Open(Database database, string name)
    {
        if (Find(database, name) is { } known)
        {
            return known;
        }

        // The version is read first: a change meanwhile has the next call open the document again.
        var version = database.DesignVersion;
        var calls = DesignCalls.Open(scripts, database, name);
        if (calls.Length <= MostBytes)
        {
            if (_kept.Count >= MostKept)
            {
                _kept.Clear();
            }

            _kept[(database.Incarnation, name)] = new Opened(version, calls);
        }

        return calls;
    }

    /// <summary>Refuses a request that is about a design document which is not there.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="name">Its name, without <c>_design/</c>.</param>
    /// <exception cref="DocumentException">404 <c>missing</c> or <c>deleted</c>.</exception>
    public void Require(Database database, string name)
    {
        if (Find(database, name) is not null)
        {
            return;
        }

        var record = database.Find("_design/" + name) ?? throw new DocumentException(DocumentError.Missing);
        if (record.Deleted)
        {
            throw new DocumentException(DocumentError.Deleted);
        }
    }

    /// <summary>Forgets the design documents of a database that is gone.</summary>
    public void Drop(Database database)
    {
        foreach (var key in _kept.Keys)
        {
            if (key.Incarnation == database.Incarnation)
            {
                _kept.TryRemove(key, out _);
            }
        }
    }

    private DesignCalls? Find(Database database, string name) =>
        _kept.TryGetValue((database.Incarnation, name), out var opened) && opened.Version == database.DesignVersion ? opened.Calls : null;

    private sealed record Opened(long Version, DesignCalls Calls);
}
