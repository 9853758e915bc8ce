using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>A native object without dependencies, such as options or a cache. The engine copies or shares what it needs of them.</summary>
internal sealed class SettingsHandle : SafeHandle
{
    private readonly Action<nint> _destroy;

    internal SettingsHandle(nint pointer, Action<nint> destroy)
        : base(0, ownsHandle: true)
    {
        _destroy = destroy;
        SetHandle(pointer);
    }

    public override bool IsInvalid => handle == 0;

    internal nint Pointer => handle;

    protected override bool ReleaseHandle()
    {
        _destroy(handle);
        return true;
    }
}
