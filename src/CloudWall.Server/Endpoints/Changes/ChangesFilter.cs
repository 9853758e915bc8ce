using CloudWall.Documents.Changes;
using CloudWall.Mango.Fields;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>Which documents a feed is about (CouchDB: "Filtering").</summary>
internal sealed class ChangesFilter
{
    private readonly bool _design;

    private ChangesFilter(DocumentIds? ids, bool design, ChangeFilter? function = null, Projection? fields = null)
    {
        Ids = ids;
        _design = design;
        Function = function;
        Fields = fields;
    }

    /// <summary>All documents.</summary>
    public static ChangesFilter None { get; } = new(ids: null, design: false);

    /// <summary>Design documents.</summary>
    public static ChangesFilter Design { get; } = new(ids: null, design: true);

    /// <summary>The documents with some ids.</summary>
    public static ChangesFilter Of(DocumentIds ids) => new(ids, design: false);

    /// <summary>The documents that a function lets pass.</summary>
    /// <param name="function">The function.</param>
    /// <param name="fields">What is shown of the documents; null for all.</param>
    public static ChangesFilter Of(ChangeFilter function, Projection? fields = null) => new(ids: null, design: false, function, fields);

    /// <summary>The documents of <c>_doc_ids</c>, or null where the filter is another.</summary>
    public DocumentIds? Ids { get; }

    /// <summary>The function that has to be asked, or null.</summary>
    public ChangeFilter? Function { get; }

    /// <summary>The fields that are shown of documents; null for all.</summary>
    public Projection? Fields { get; }

    /// <summary>Whether all documents pass.</summary>
    public bool IsNone => Ids is null && !_design && Function is null;

    /// <summary>
    /// Whether CouchDB looks the documents up instead of passing over the others, which shows in <c>pending</c> and
    /// <c>last_seq</c>: for design documents, and for a number of ids.
    /// </summary>
    public bool CountsAsLookup => _design || Ids is { CountsAsLookup: true };

    /// <summary>How many rows a document has; none where it does not pass.</summary>
    public int TimesOf(ReadOnlySpan<byte> id) => Ids?.TimesOf(id) ?? (!_design || id.StartsWith("_design/"u8) ? 1 : 0);
}
