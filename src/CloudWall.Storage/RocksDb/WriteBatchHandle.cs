using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>A native batch with a reference to the database whose column families it names.</summary>
internal sealed class WriteBatchHandle : SafeHandle
{
    internal WriteBatchHandle(DatabaseHandle database)
        : base(0, ownsHandle: true)
    {
        database.AddReference();
        Database = database;
        SetHandle(NativeMethods.rocksdb_writebatch_create());
    }

    public override bool IsInvalid => handle == 0;

    internal DatabaseHandle Database { get; }

    /// <summary>The native batch, for one call. The caller keeps the handle alive with <see cref="GC.KeepAlive"/>.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    internal nint Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(WriteBatch));
            return handle;
        }
    }

    /// <summary>Frees the writes and their memory; the engine's own clear would keep the memory.</summary>
    internal void Replace()
    {
        NativeMethods.rocksdb_writebatch_destroy(handle);
        SetHandle(NativeMethods.rocksdb_writebatch_create());
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.rocksdb_writebatch_destroy(handle);
        Database.DangerousRelease();
        return true;
    }
}
