using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>Converts the error strings that RocksDB returns.</summary>
internal static class NativeError
{
    /// <summary>Copies the message and frees the engine's memory.</summary>
    internal static string Take(nint error)
    {
        var message = Marshal.PtrToStringUTF8(error) ?? "unknown error";
        NativeMethods.rocksdb_free(error);
        return message;
    }
}
