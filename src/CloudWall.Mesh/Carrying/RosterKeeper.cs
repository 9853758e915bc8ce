using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;

namespace CloudWall.Mesh.Carrying;

/// <summary>
/// Keeps the verified copy of the statements in step with the database that carries them. Everything in the database is looked at, also
/// leaves that lost and deleted ones, and only genuine statements count. What was once verified is kept apart from the database. Where the
/// database loses it, because somebody rewrites, purges or deletes, it is written there again.
/// </summary>
public sealed class RosterKeeper
{
    /// <summary>The database that carries the statements.</summary>
    public const string DatabaseName = "cloudwall-roster";

    /// <summary>After so many documents that were no statements of members, it rests for <see cref="Rest"/>.</summary>
    private const int MostUseless = 500;

    private const string RecordPrefix = "mesh/statement/";

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly DatabaseCatalogue _databases;
    private readonly NodeRecords _records;
    private readonly TimeProvider _time;
    private readonly StatementSet _statements;
    private readonly HashSet<MemberId> _read = [];
    private int _useless;

    /// <summary>Opens the verified copy of a node.</summary>
    /// <param name="mesh">The mesh: the id of its owner's key.</param>
    /// <param name="databases">The node's databases.</param>
    /// <param name="records">Where the copy is kept.</param>
    /// <param name="time">The clock.</param>
    public RosterKeeper(MemberId mesh, DatabaseCatalogue databases, NodeRecords records, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(records);
        _databases = databases;
        _records = records;
        _time = time;
        _statements = new StatementSet(mesh);
        var stored = records.ReadAll(RecordPrefix)
            .Select(static record => RosterDocument.TryRead(record.Key[RecordPrefix.Length..], record.Value)).OfType<Statement>().ToList();
        for (var before = -1; before != stored.Count;)
        {
            before = stored.Count;
            stored.RemoveAll(statement => _statements.Offer(statement) != OfferOutcome.Stranger);
        }

        Roster = _statements.Roster;
    }

    /// <summary>Who is in the mesh now.</summary>
    public MeshRoster Roster { get; private set; }

    /// <summary>Called when the roster has changed.</summary>
    public Action? Changed { get; set; }

    /// <summary>All statements of the copy.</summary>
    public IReadOnlyList<Statement> Statements
    {
        get
        {
            lock (_gate)
            {
                return [.. _statements.Statements];
            }
        }
    }

    /// <summary>Takes statements that came by another way than the database, such as a pairing.</summary>
    public void Take(IEnumerable<Statement> statements)
    {
        ArgumentNullException.ThrowIfNull(statements);
        var open = statements.ToList();
        for (var before = -1; before != open.Count;)
        {
            before = open.Count;
            open.RemoveAll(statement => Offer(statement) != OfferOutcome.Stranger);
        }
    }

    /// <summary>Says something, durably, and puts it into the database.</summary>
    public async Task<Statement> SayAsync(SigningKey key, StatementBody body, CancellationToken cancellation)
    {
        Statement said;
        lock (_gate)
        {
            said = new RosterPen(_statements, key).Say(body);
            Keep(said);
        }

        await PublishAsync(await OpenAsync(cancellation), [said], cancellation);
        return said;
    }

    /// <summary>Follows the database until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await FollowAsync(await OpenAsync(cancellation), cancellation);
            }
            catch (DocumentException) when (!cancellation.IsCancellationRequested)
            {
                // The database is gone, or the disk is full.
                await Task.Delay(Rest, _time, cancellation);
            }
        }
    }

    private async Task<Database> OpenAsync(CancellationToken cancellation)
    {
        if (_databases.Find(DatabaseName) is { } there)
        {
            return there;
        }

        try
        {
            return await _databases.CreateAsync(DatabaseName, new DatabaseOptions(), cancellation);
        }
        catch (DocumentException exists) when (exists.Error.Status == 412 && _databases.Find(DatabaseName) is { } made)
        {
            return made;
        }
    }

    private async Task FollowAsync(Database database, CancellationToken cancellation)
    {
        _read.Clear();
        var since = 0L;
        while (true)
        {
            var reached = database.UpdateSequence;
            var ids = new List<string>();
            using (var changes = database.ReadChanges(since))
            {
                while (changes.MoveNext())
                {
                    ids.Add(Encoding.UTF8.GetString(changes.Id));
                }
            }

            foreach (var id in ids)
            {
                await LookAsync(database, id, cancellation);
            }

            await ReadNewSignersAsync(database, cancellation);
            await PublishAsync(database, Statements, cancellation);
            since = reached;
            await database.WaitForChangeAsync(since, cancellation);
        }
    }

    /// <summary>Reads the statements of those who have become somebody who counts since they came.</summary>
    private async Task ReadNewSignersAsync(Database database, CancellationToken cancellation)
    {
        while (Roster.Signers.Where(signer => !_read.Contains(signer)).Take(1).ToList() is [var next])
        {
            _read.Add(next);
            var ids = new List<string>();
            var range = new KeyRange(RosterDocument.Prefix(next), RosterDocument.AfterPrefix(next), InclusiveEnd: false);
            using (var documents = database.Scan(range, includeDeleted: true))
            {
                while (documents.MoveNext())
                {
                    ids.Add(Encoding.UTF8.GetString(documents.Id));
                }
            }

            foreach (var id in ids)
            {
                await LookAsync(database, id, cancellation);
            }
        }
    }

    /// <summary>Looks at all leaves of a document.</summary>
    private async Task LookAsync(Database database, string id, CancellationToken cancellation)
    {
        if (database.Find(id) is not { } record)
        {
            return;
        }

        foreach (var leaf in record.Tree.Leaves)
        {
            using var stored = database.Read(id, leaf.Revision);
            var outcome = stored is not null && RosterDocument.TryRead(id, stored.Body) is { } statement
                ? Offer(statement)
                : OfferOutcome.Foreign;
            if (outcome is not (OfferOutcome.Added or OfferOutcome.Known) && ++_useless % MostUseless == 0)
            {
                await Task.Delay(Rest, _time, cancellation);
            }
        }
    }

    private OfferOutcome Offer(Statement statement)
    {
        lock (_gate)
        {
            var outcome = _statements.Offer(statement);
            if (outcome == OfferOutcome.Added)
            {
                Keep(statement);
            }

            return outcome;
        }
    }

    private void Keep(Statement statement)
    {
        _records.Put(RecordPrefix + RosterDocument.IdOf(statement), Encoding.UTF8.GetBytes(RosterDocument.Write(statement)));
        Roster = _statements.Roster;
        Changed?.Invoke();
    }

    /// <summary>Writes the statements that the database does not have, or not any more.</summary>
    private static async Task PublishAsync(Database database, IReadOnlyList<Statement> statements, CancellationToken cancellation)
    {
        foreach (var statement in statements)
        {
            var id = RosterDocument.IdOf(statement);
            var record = database.Find(id);
            if (record is not null && Carries(database, record, statement))
            {
                continue;
            }

            var document = DocumentParser.Parse(Encoding.UTF8.GetBytes(RosterDocument.Write(statement)), database.Limits);
            var write = new DocumentWrite(id, document, []) { Parent = record?.Deleted == false ? record.Winner.Revision : default };
            await database.WriteAsync([write], WriteMode.Interactive, cancellation);
        }
    }

    private static bool Carries(Database database, DocumentRecord record, Statement statement)
    {
        foreach (var leaf in record.Tree.Leaves)
        {
            using var stored = database.Read(record.Id, leaf.Revision);
            if (!record.Deleted && stored is not null && RosterDocument.TryRead(record.Id, stored.Body)?.Hash == statement.Hash)
            {
                return true;
            }
        }

        return false;
    }
}
