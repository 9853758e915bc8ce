using CloudWall.Indexing.Collation;

namespace CloudWall.Indexing.Views;

/// <summary>
/// What an index is made of: the views of one or more design documents with the same signature (CouchDB's <c>ddoc_to_mrst</c>: views with
/// the same map and options are one, with several names and reduce functions).
/// </summary>
/// <param name="Signature">32 hexadecimal digits: the MD5 of all that rows depend on.</param>
/// <param name="Views">The views, in the order of their numbers.</param>
/// <param name="IncludeDesign"><c>options.include_design</c>: whether design documents are mapped too.</param>
/// <param name="LocalSequence"><c>options.local_seq</c>: whether documents have their update sequence as <c>_local_seq</c>.</param>
/// <param name="Name">A design document that has it, for telling people which index this is.</param>
/// <param name="Engine">What runs its functions, with the version: rows of another may differ. Empty where there is no telling.</param>
public sealed record IndexDefinition(
    string Signature, IReadOnlyList<ViewDefinition> Views, bool IncludeDesign = false, bool LocalSequence = false, string Name = "", string Engine = "");

/// <summary>One map with its reduce functions.</summary>
/// <param name="Reductions">The sources of its reduce functions; CouchDB's own begin with an underscore.</param>
/// <param name="Order"><c>options.collation</c> of the view.</param>
public sealed record ViewDefinition(IReadOnlyList<string> Reductions, CollationOrder Order = CollationOrder.Unicode);
