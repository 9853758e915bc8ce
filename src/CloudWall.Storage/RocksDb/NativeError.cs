using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>The error strings that RocksDB hands back.</summary>
internal static class NativeError
{
    /// <summary>Takes the message, which the engine allocated, and frees it.</summary>
    internal static string Take(nint error)
    {
        var message = Marshal.PtrToStringUTF8(error) ?? "unknown error";
        NativeMethods.rocksdb_free(error);
        return message;
    }
}
