using CloudWall.Documents.Attachments;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>The body and attachments of one stored revision. Dispose it to release the bytes.</summary>
public sealed class StoredRevision : IDisposable
{
    private readonly PinnedValue _value;
    private readonly int _bodyOffset;
    private bool _isDisposed;

    internal StoredRevision(PinnedValue value, int bodyOffset, IReadOnlyList<AttachmentInfo> attachments)
    {
        _value = value;
        _bodyOffset = bodyOffset;
        Attachments = attachments;
    }

    /// <summary>
    /// The body in CouchDB's normal form: an object <c>{…}</c> as UTF-8, without the members that begin with an underscore, which answers
    /// add. Valid until disposal.
    /// </summary>
    public ReadOnlyMemory<byte> Body => Shown ?? _value.Memory[_bodyOffset..];

    /// <summary>Its attachments in CouchDB's order.</summary>
    public IReadOnlyList<AttachmentInfo> Attachments { get; }

    /// <summary>The body without the hidden member (<see cref="EngineOptions.HiddenMember"/>); null if nothing is hidden.</summary>
    internal ReadOnlyMemory<byte>? Shown { get; init; }

    /// <summary>The stored length in bytes.</summary>
    internal int StoredLength => _value.Span.Length;

    /// <summary>Releases the body. The attachments' metadata stays valid.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _value.Dispose();
        }
    }
}
