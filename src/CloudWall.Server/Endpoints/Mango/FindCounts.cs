namespace CloudWall.Server.Endpoints.Mango;

/// <summary>
/// What a query has looked at, as CouchDB counts it: keys of rows, and documents that were read for them. Design documents count like
/// others, but where one matches, CouchDB loses what it has counted since the row before that matched.
/// </summary>
/// <param name="readsCopies">Whether documents are read from several copies (<c>r</c>), which is counted apart.</param>
internal sealed class FindCounts(bool readsCopies)
{
    private long _sure;
    private long _sureDocuments;

    /// <summary>Keys of rows.</summary>
    public long Keys { get; private set; }

    /// <summary>Documents.</summary>
    public long Documents { get; private set; }

    /// <summary>Documents that were read from several copies.</summary>
    public long Copies { get; private set; }

    /// <summary>A row is looked at.</summary>
    /// <returns>How many so far.</returns>
    public long BeginRow() => ++Keys;

    /// <summary>The document of the row was read.</summary>
    /// <param name="matches">Whether it matches.</param>
    public void EndDocument(bool matches)
    {
        if (readsCopies)
        {
            Copies++;
        }
        else
        {
            Documents++;
        }

        if (matches || readsCopies)
        {
            (_sure, _sureDocuments) = (Keys, Documents);
        }
    }

    /// <summary>The row needs no document.</summary>
    public void EndCovered(bool matches) => _sure = matches ? Keys : _sure;

    /// <summary>The row was that of a design document.</summary>
    /// <param name="matches">Whether it matches.</param>
    public void EndDesign(bool matches)
    {
        Documents += readsCopies ? 0 : 1;
        if (matches || readsCopies)
        {
            (Keys, Documents) = (_sure, _sureDocuments);
        }
    }
}
