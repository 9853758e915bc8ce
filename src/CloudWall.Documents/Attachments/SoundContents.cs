using System.Runtime.InteropServices;

namespace CloudWall.Documents.Attachments;

/// <summary>Remembers the last few thousand compressed contents that passed <see cref="GzipCheck"/>. Thread-safe.</summary>
internal sealed class SoundContents
{
    private const int Generation = 4096;

    private readonly Lock _gate = new();
    private HashSet<UInt128> _recent = [];
    private HashSet<UInt128> _older = [];

    /// <summary>Whether content is known to pass.</summary>
    /// <param name="contentId">Its SHA-256.</param>
    public bool Contains(ReadOnlySpan<byte> contentId)
    {
        var id = MemoryMarshal.Read<UInt128>(contentId);
        lock (_gate)
        {
            return _recent.Contains(id) || _older.Contains(id);
        }
    }

    /// <summary>Records that content passed.</summary>
    /// <param name="contentId">Its SHA-256.</param>
    public void Add(ReadOnlySpan<byte> contentId)
    {
        var id = MemoryMarshal.Read<UInt128>(contentId);
        lock (_gate)
        {
            if (_recent.Count >= Generation)
            {
                (_older, _recent) = (_recent, []);
            }

            _recent.Add(id);
        }
    }
}
