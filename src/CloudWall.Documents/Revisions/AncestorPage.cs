namespace CloudWall.Documents.Revisions;

/// <summary>
/// Ancestors that a revision tree keeps outside its record. A page is written once and read only when the whole history is asked
/// for; a revision tree says when it is of no use any more (<see cref="RevisionTree.TakeDroppedPages"/>).
/// </summary>
/// <param name="Index">The page's key among those of its document, not negative; pages of one branch follow each other.</param>
/// <param name="OldestFirst">
/// The ancestors with ascending generations without a gap. The oldest may have been stemmed since the page was written: the
/// record's count decides.
/// </param>
public sealed record AncestorPage(long Index, IReadOnlyList<RevisionNode> OldestFirst);
