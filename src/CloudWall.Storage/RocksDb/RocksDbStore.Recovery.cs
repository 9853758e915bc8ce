using System.Buffers.Binary;
using static CloudWall.Storage.RocksDb.NativeMethods;

namespace CloudWall.Storage.RocksDb;

/// <summary>Detection of lost commits: compares the recovered store with the record of synced commits (<see cref="SyncedMark"/>).</summary>
public sealed partial class RocksDbStore
{
    /// <summary>Sorts after all keys of the other rooms.</summary>
    private const byte LanePrefix = 0xFF;

    private const string WithoutMark = "It records which commits were synced; without it, lost commits cannot be detected.";

    private string? _markFile;
    private volatile SyncedMark? _mark;

    /// <summary>
    /// The commits that were durable and are missing, according to <see cref="RocksDbOptions.MarkFile"/>; null if none are missing. The
    /// mark is unchanged until <see cref="AcceptLoss"/>, so the next start detects the same loss.
    /// </summary>
    public StoreLoss? Loss { get; private set; }

    /// <summary>
    /// Accepts the recovered state and resets the mark to it. Call it after everything that must react to the loss is durable.
    /// </summary>
    /// <exception cref="StorageException">The mark cannot be written.</exception>
    public void AcceptLoss()
    {
        ThrowIfDisposed();
        StartMark(ReadLanes());
        Loss = null;
    }

    private static RocksDbStore OpenMarked(
        string directory, RocksDbOptions options, SettingsHandle cache, SettingsHandle writeBuffers, bool readOnly)
    {
        directory = Path.GetFullPath(directory);
        var mark = ReadMark(options.MarkFile!, out var fault);
        if (File.Exists(options.MarkFile) && !File.Exists(Path.Combine(directory, "CURRENT")))
        {
            if (Directory.Exists(directory))
            {
                OpeningFaults.RefuseWithoutCurrent(directory);
            }

            throw new StorageException(
                $"The data that was in {directory} is missing. Restore it; or, to start without data, remove the file {options.MarkFile}.");
        }

        var logs = readOnly ? null : LogKeeper.Hold(directory);
        RocksDbStore? store = null;
        try
        {
            var database = OpenAsFarAsPossible(directory, options, cache, writeBuffers, readOnly, out var damaged);
            store = new RocksDbStore(database, cache, writeBuffers, ownsBudget: false) { DamagedTables = damaged };
            var lanes = store.ReadLanes();
            if ((fault ?? Compare(options.MarkFile!, mark, lanes)) is { } explanation)
            {
                store.Loss = new StoreLoss(explanation, logs?.Keep());
            }

            store._markFile = options.MarkFile;
            if (store.Loss is null && !readOnly)
            {
                store.StartMark(lanes);
            }

            store._ownsBudget = true;
            return store;
        }
        finally
        {
            if (store is { _ownsBudget: false })
            {
                store.Dispose();
            }

            logs?.Release();
        }
    }

    private static ulong[]? ReadMark(string file, out string? fault)
    {
        fault = null;
        try
        {
            return SyncedMark.Read(file);
        }
        catch (InvalidDataException e)
        {
            fault = $"{e.Message} {WithoutMark}";
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The file {file} cannot be read: {e.Message}", e);
        }
    }

    /// <returns>A description of the loss, or null.</returns>
    private static string? Compare(string file, ulong[]? mark, ulong[] lanes)
    {
        if (mark is null)
        {
            return Array.Exists(lanes, static number => number > 0)
                ? $"The file {file} is missing. {WithoutMark}"
                : null;
        }

        ulong missing = 0;
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            missing += mark[lane] > lanes[lane] ? mark[lane] - lanes[lane] : 0;
        }

        return missing == 0
            ? null
            : $"The log is damaged, truncated or missing: at least {missing} synced commits are lost.";
    }

    private ulong[] ReadLanes()
    {
        var lanes = new ulong[SyncedMark.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            using var value = Get(Keyspace.Meta, [LanePrefix, (byte)lane]);
            lanes[lane] = value.Found && value.Span.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(value.Span) : 0;
        }

        return lanes;
    }

    private void StartMark(ulong[] lanes)
    {
        try
        {
            _mark = SyncedMark.Set(_markFile!, lanes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The file {_markFile} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Commits a batch with a sync and records it in the mark. The caller holds a reference to the database.</summary>
    private nint WriteSynced(RocksDbWriteBatch batch)
    {
        nint error = 0;
        if (_mark is not { } mark || !mark.TryEnter(out var lane, out var number))
        {
            rocksdb_write(_database.Pointer, _database.SyncedWriteOptions, batch.Handle.Pointer, ref error);
            return error;
        }

        try
        {
            var native = batch.Handle.Pointer;
            Span<byte> value = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(value, number);
            rocksdb_writebatch_set_save_point(native);
            batch.Put(Keyspace.Meta, [LanePrefix, (byte)lane], value);
            rocksdb_write(_database.Pointer, _database.SyncedWriteOptions, native, ref error);

            // Restore the caller's batch, which it may reuse.
            nint ignored = 0;
            rocksdb_writebatch_rollback_to_save_point(native, ref ignored);
        }
        finally
        {
            mark.Leave(lane, synced: error == 0);
        }

        return error;
    }
}
