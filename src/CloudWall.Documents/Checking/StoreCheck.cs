using System.Buffers.Binary;
using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>
/// Checks the consistency of a whole store by recomputing everything derived. Memory is bounded by the largest document, one small entry
/// for each content of the largest database, and one for each database.
/// </summary>
public sealed class StoreCheck
{
    /// <summary>The maximum number of findings reported for one database.</summary>
    public const int MostFindings = 100;

    private readonly KeyValueReader _store;
    private readonly Action<Finding> _report;
    private readonly Dictionary<uint, string> _names = [];
    private readonly Dictionary<uint, DatabaseState> _states = [];
    private readonly List<uint> _dropped = [];
    private uint _next = 1;
    private ulong? _seed;

    private StoreCheck(KeyValueReader store, Action<Finding> report)
    {
        _store = store;
        _report = report;
    }

    /// <summary>Checks a store without changing it.</summary>
    /// <param name="store">The store or a snapshot. If it is the store, nothing may write to it meanwhile.</param>
    /// <param name="uploads">Whether uploads may exist, including those interrupted by a kill.</param>
    /// <param name="report">Receives each finding immediately.</param>
    /// <returns>The number of databases.</returns>
    public static int Run(KeyValueReader store, bool uploads, Action<Finding> report)
    {
        var check = new StoreCheck(store, report);
        if (!check.Guard(null, check.ReadMeta))
        {
            return check._names.Count;
        }

        check.Guard(null, check.FindStrays);
        foreach (var (number, name) in check._names)
        {
            check.CheckDatabase(number, name, uploads);
        }

        return check._names.Count;
    }

    private void CheckDatabase(uint number, string name, bool uploads)
    {
        if (!_states.TryGetValue(number, out var state))
        {
            _report(new Finding(name, "its state is missing or cannot be read"));
            return;
        }

        var count = 0;
        Guard(name, () => new DatabaseCheck(new DatabaseRange(_store, number), state, _seed ?? 0, Report).Run(uploads));
        if (count > MostFindings)
        {
            _report(new Finding(name, $"and {count - MostFindings} findings more"));
        }

        void Report(string problem)
        {
            if (++count <= MostFindings)
            {
                _report(new Finding(name, problem));
            }
        }
    }

    private bool Guard(string? database, Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or StorageException or ArgumentException or IndexOutOfRangeException or InvalidOperationException)
        {
            _report(new Finding(database, $"cannot be read any further: {e.Message}"));
            return false;
        }
    }

    private void ReadMeta()
    {
        Require(_store.GetBytes(Keyspace.Meta, Keys.Format) is [DatabaseCatalogue.FormatVersion], "the data has no format, or another than this version's");
        using var rows = _store.Scan(Keyspace.Meta, [], [0xFF]);
        var secured = new List<uint>();
        while (rows.MoveNext())
        {
            Guard(null, () => ReadMeta(rows, secured));
        }

        Require(_seed is not null, "the seed of the counts is gone");
        Require(_dropped.TrueForAll(number => !_names.ContainsKey(number)), "a database is noted as deleted");
        Require(secured.TrueForAll(_names.ContainsKey), "there is security of no database");
        foreach (var number in _states.Keys)
        {
            Require(_names.ContainsKey(number), $"there is the state of an unknown database, {number}");
        }

        foreach (var (number, name) in _names)
        {
            Require(number < _next, $"the number of {name} will be given again");
        }
    }

    private void ReadMeta(KeyValueCursor rows, List<uint> secured)
    {
        var rest = rows.Key[1..];
        switch (rows.Key[0])
        {
            case 1:
                break;
            case 2:
                _next = BinaryPrimitives.ReadUInt32BigEndian(rows.Value);
                break;
            case 3:
                var name = Encoding.UTF8.GetString(rest);
                Require(_names.TryAdd(CatalogueRecord.Read(rows.Value).Number, name), $"{name} has the number of another database");
                break;
            case 4:
                _states.Add(BinaryPrimitives.ReadUInt32BigEndian(rest), DatabaseState.Read(rows.Value));
                break;
            case 5:
                secured.Add(BinaryPrimitives.ReadUInt32BigEndian(rest));
                break;
            case 6:
                _seed = BinaryPrimitives.ReadUInt64BigEndian(rows.Value);
                break;
            case 7:
                _dropped.Add(Keys.ReadDropped(rows.Key));
                break;
            case 8:
                // The node's own records mean something to other rooms.
                break;
            default:
                Require(false, $"an entry of no known kind: {Convert.ToHexString(rows.Key)}");
                break;
        }
    }

    private void FindStrays()
    {
        var next = new byte[4];
        foreach (var space in DatabaseCatalogue.Contents)
        {
            using var rows = _store.Scan(space, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
            while (rows.MoveNext())
            {
                var number = BinaryPrimitives.ReadUInt32BigEndian(rows.Key);
                Require(_names.ContainsKey(number), $"{space} has data of an unknown database, {number}");
                BinaryPrimitives.WriteUInt32BigEndian(next, number + 1);
                rows.Seek(next);
            }
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _report(new Finding(null, otherwise));
        }
    }
}
