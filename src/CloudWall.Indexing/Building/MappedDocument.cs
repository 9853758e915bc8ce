namespace CloudWall.Indexing.Building;

/// <summary>What a document's rows are to be.</summary>
/// <param name="Id">Its id as UTF-8.</param>
internal sealed record MappedDocument(byte[] Id)
{
    /// <summary>Its rows; none where it is deleted.</summary>
    public List<MappedRow> Rows { get; } = [];
}

/// <summary>A row as it is stored.</summary>
/// <param name="View">The view.</param>
/// <param name="Key">Its key after the view's prefix.</param>
/// <param name="Stored">Its value.</param>
internal readonly record struct MappedRow(int View, byte[] Key, byte[] Stored);
