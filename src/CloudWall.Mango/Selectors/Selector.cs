using CloudWall.Documents.Json;
using CloudWall.Mango.Matching;

namespace CloudWall.Mango.Selectors;

/// <summary>
/// A selector (CouchDB's documentation: "/{db}/_find", "Selector Syntax"), compiled once. It decides about documents as they lie in the
/// store, as JSON in normal form, without building a tree of them. Thread-safe.
/// </summary>
public sealed class Selector
{
    private readonly MatchProgram? _program;

    private Selector(SelectorTerm root)
    {
        Root = root;
        _program = root.IsEmpty ? null : MatchProgram.Compile(root);
    }

    /// <summary>The selector that all documents match.</summary>
    public static Selector All { get; } = new(SelectorTerm.Empty);

    /// <summary>Whether it has no conditions: all documents match it.</summary>
    public bool IsEmpty => Root.IsEmpty;

    /// <summary>
    /// Whether it looks at members that are not in a stored body, apart from <c>_id</c>. If not, <see cref="MatchesBody"/> is enough.
    /// </summary>
    public bool NeedsWholeDocument => _program is { NeedsWholeDocument: true };

    /// <summary>The normalised selector.</summary>
    internal SelectorTerm Root { get; }

    /// <summary>Reads and compiles a selector.</summary>
    /// <param name="json">The selector.</param>
    /// <exception cref="Documents.DocumentException">
    /// 400: it is no selector; the errors and reasons are CouchDB's. 413: it is too large.
    /// </exception>
    public static Selector Parse(NormalJson json)
    {
        if (!json.IsObject)
        {
            throw MangoErrors.NoSelector(json.Utf8.Span);
        }

        return json.Utf8.Length == 2 ? All : new Selector(SelectorNormalizer.Normalize(SelectorParser.Parse(json.Utf8)));
    }

    /// <summary>Whether a document matches.</summary>
    /// <param name="document">The document with its special members, in normal form.</param>
    public bool Matches(ReadOnlySpan<byte> document) => _program?.Decide(document) is null or Verdict.Yes;

    /// <summary>Whether a document matches. Not where <see cref="NeedsWholeDocument"/>.</summary>
    /// <param name="quotedId">Its id as JSON.</param>
    /// <param name="body">Its body, in normal form.</param>
    public bool MatchesBody(ReadOnlySpan<byte> quotedId, ReadOnlySpan<byte> body) =>
        _program?.Decide(body, quotedId) is null or Verdict.Yes;

    /// <summary>Writes the normalised selector, as CouchDB shows it.</summary>
    public void Write(JsonBuffer json) => Root.Write(json);
}
