namespace CloudWall.Documents.Sequences;

/// <summary>The origin of a sequence token.</summary>
public enum SequenceOrigin
{
    /// <summary>Not a token of this server; CouchDB answers 400.</summary>
    Malformed,

    /// <summary>A token of another database, of an earlier database of the same name, or of another incarnation; it stands for 0.</summary>
    Elsewhere,

    /// <summary>A token of the current incarnation.</summary>
    Here,
}
