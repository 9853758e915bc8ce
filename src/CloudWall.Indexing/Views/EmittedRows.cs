namespace CloudWall.Indexing.Views;

/// <summary>Receives the rows that map functions emit.</summary>
public abstract class EmittedRows
{
    /// <summary>Adds a row. Its bytes are copied.</summary>
    /// <param name="document">The position of the document in the call, from 0.</param>
    /// <param name="view">The number of the view, from 0 (<see cref="IndexDefinition.Views"/>).</param>
    /// <param name="key">The key as JSON; it need not be in normal form.</param>
    /// <param name="value">The value as JSON; it need not be in normal form.</param>
    public abstract void Add(int document, int view, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>A map function had too little time for a document, which has none of its rows.</summary>
    /// <param name="document">The position of the document in the call, from 0.</param>
    public abstract void RanOutOfTime(int document);
}
