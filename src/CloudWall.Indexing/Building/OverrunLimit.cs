using CloudWall.Documents;

namespace CloudWall.Indexing.Building;

/// <summary>
/// How many documents may have no rows because map functions had too little time for them: <see cref="Most"/>, and one more for each
/// <see cref="ForOne"/> documents since. More than that are no fault of the documents: the build fails, as it does in CouchDB with the
/// first of them. The debt is stored with the index, in the order of the feed, so that neither steps nor restarts change the outcome.
/// </summary>
internal static class OverrunLimit
{
    /// <summary>So many at once.</summary>
    public const int Most = 3;

    /// <summary>So many documents make up for one.</summary>
    public const int ForOne = 1000;

    /// <summary>The debt after a part of a step.</summary>
    /// <param name="debt">The debt before it: how many documents it takes to make up for those that had no rows.</param>
    /// <param name="documents">The part.</param>
    /// <exception cref="DocumentException">There were too many.</exception>
    public static long After(long debt, MappedDocuments documents)
    {
        var next = documents.First;
        foreach (var overrun in documents.Overruns)
        {
            debt = Math.Max(0, debt - (overrun - next)) + ForOne;
            next = overrun + 1;
            if (debt > Most * ForOne)
            {
                throw new DocumentException(new DocumentError(500, "os_process_error", "OS process timed out."));
            }
        }

        return Math.Max(0, debt - (documents.End - next));
    }
}
