namespace CloudWall.Documents.Sequences;

/// <summary>Where a sequence token comes from.</summary>
public enum SequenceOrigin
{
    /// <summary>It is no token of ours: CouchDB's 400.</summary>
    Malformed,

    /// <summary>Another database, or one that had the name before, or a start before this one: it stands for 0.</summary>
    Elsewhere,

    /// <summary>This very incarnation.</summary>
    Here,
}
