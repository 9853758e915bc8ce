namespace CloudWall.Indexing.Views;

/// <summary>Takes what map functions emit.</summary>
public abstract class EmittedRows
{
    /// <summary>A row; its bytes are copied.</summary>
    /// <param name="document">Which of the documents, from 0.</param>
    /// <param name="view">Which of the design document's maps, from 0 (<see cref="IndexDefinition.Views"/>).</param>
    /// <param name="key">The key as JSON; it is brought into CouchDB's normal form.</param>
    /// <param name="value">The value as JSON; it is brought into CouchDB's normal form.</param>
    public abstract void Add(int document, int view, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);
}
