using CloudWall.Documents.Attachments;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>The body and attachments of one stored revision. Dispose of it to give its bytes back.</summary>
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
    /// The body in CouchDB's normal form: an object <c>{…}</c> as UTF-8, without the underscore members that answers add.
    /// Valid until disposed of.
    /// </summary>
    public ReadOnlyMemory<byte> Body => Shown ?? _value.Memory[_bodyOffset..];

    /// <summary>Its attachments in CouchDB's order; empty where there are none.</summary>
    public IReadOnlyList<AttachmentInfo> Attachments { get; }

    /// <summary>The body without what is hidden (<see cref="EngineOptions.HiddenMember"/>); null where nothing is.</summary>
    internal ReadOnlyMemory<byte>? Shown { get; init; }

    /// <summary>How many bytes it takes as stored.</summary>
    internal int StoredLength => _value.Span.Length;

    /// <summary>Gives the body's bytes back. What is known of the attachments stays.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _value.Dispose();
        }
    }
}
