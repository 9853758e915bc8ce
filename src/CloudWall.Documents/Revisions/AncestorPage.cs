namespace CloudWall.Documents.Revisions;

/// <summary>
/// A page of ancestors that a revision tree stores outside its record. A page is written once and read only when the whole history is
/// needed. <see cref="RevisionTree.TakeDroppedPages"/> lists the pages that became obsolete.
/// </summary>
/// <param name="Index">The page's key within its document, not negative. The pages of one branch have consecutive indexes.</param>
/// <param name="OldestFirst">
/// The ancestors with consecutive ascending generations. The oldest may have been stemmed since the page was written; the gap length in the
/// record tells.
/// </param>
public sealed record AncestorPage(long Index, IReadOnlyList<RevisionNode> OldestFirst);
