using CloudWall.Indexing.Collation;

namespace CloudWall.Indexing.Views;

/// <summary>
/// The definition of an index: the views of one or more design documents with the same signature. As in CouchDB's <c>ddoc_to_mrst</c>,
/// views with the same map and options are one view with several names and reduce functions.
/// </summary>
/// <param name="Signature">32 hexadecimal digits: a hash of everything that rows depend on.</param>
/// <param name="Views">The views, in the order of their numbers.</param>
/// <param name="IncludeDesign"><c>options.include_design</c>: whether design documents are mapped too.</param>
/// <param name="LocalSequence"><c>options.local_seq</c>: whether functions see a document's update sequence as <c>_local_seq</c>.</param>
/// <param name="Name">The id of a design document with this definition, for messages.</param>
/// <param name="Engine">The engine that runs its functions, with its version, because another engine may make other rows. Empty where it
/// is not known.</param>
/// <param name="IsPartitioned">Whether rows are ordered by the partitions of their documents first, and read of one partition at a time.
/// </param>
public sealed record IndexDefinition(
    string Signature, IReadOnlyList<ViewDefinition> Views, bool IncludeDesign = false, bool LocalSequence = false, string Name = "", string Engine = "",
    bool IsPartitioned = false);

/// <summary>A map function with its reduce functions.</summary>
/// <param name="Reductions">The sources of its reduce functions; built-in ones begin with an underscore.</param>
/// <param name="Order"><c>options.collation</c> of the view.</param>
public sealed record ViewDefinition(IReadOnlyList<string> Reductions, CollationOrder Order = CollationOrder.Unicode);
