using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>A native snapshot with its read options.</summary>
internal sealed class SnapshotHandle : SafeHandle
{
    internal SnapshotHandle(DatabaseHandle database)
        : base(0, ownsHandle: true)
    {
        Database = database;
        database.AddReference();
        ReadOptions = NativeMethods.rocksdb_readoptions_create();
        SetHandle(NativeMethods.rocksdb_create_snapshot(database.Pointer));
        NativeMethods.rocksdb_readoptions_set_snapshot(ReadOptions, handle);
    }

    public override bool IsInvalid => handle == 0;

    internal DatabaseHandle Database { get; }

    internal nint ReadOptions { get; }

    internal nint Pointer => handle;

    /// <summary>Takes a reference; <see cref="SafeHandle.DangerousRelease"/> releases it.</summary>
    /// <exception cref="ObjectDisposedException">The snapshot and everything taken from it were disposed.</exception>
    internal void AddReference()
    {
        var added = false;
        DangerousAddRef(ref added);
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.rocksdb_readoptions_destroy(ReadOptions);
        NativeMethods.rocksdb_release_snapshot(Database.Pointer, handle);
        Database.DangerousRelease();
        return true;
    }
}
