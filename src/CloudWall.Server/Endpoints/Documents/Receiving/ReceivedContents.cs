using CloudWall.Documents.Attachments;

namespace CloudWall.Server.Endpoints.Documents.Receiving;

/// <summary>
/// The attachments whose bytes stood in a document's text and were taken in while it came, by number. Dispose of it: what nobody has taken
/// over is dropped.
/// </summary>
internal sealed class ReceivedContents : IDisposable
{
    private readonly List<StoredContent?> _contents = [];
    private readonly List<long> _lengths = [];

    /// <summary>How many bytes each has; -1 where what stood in the text is no base64.</summary>
    public IReadOnlyList<long> Lengths => _lengths;

    /// <summary>Adds one; null for what is no base64.</summary>
    public void Add(StoredContent? content)
    {
        _contents.Add(content);
        _lengths.Add(content?.Length ?? -1);
    }

    /// <summary>Takes one over.</summary>
    public StoredContent Take(int number)
    {
        var content = _contents[number] ?? throw new InvalidOperationException("It has been taken, or never was.");
        _contents[number] = null;
        return content;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var content in _contents)
        {
            content?.Dispose();
        }

        _contents.Clear();
    }
}
