namespace CloudWall.Documents.Validation;

/// <summary>What a database's validation has to say of a write: that it may be written (the default value), or why it is not.</summary>
/// <param name="IsKnown">Whether the replicated revision is there already: it is neither written nor refused.</param>
/// <param name="Error">Why it is refused, or null.</param>
internal readonly record struct ValidatedWrite(bool IsKnown, DocumentError? Error)
{
    /// <summary>A replicated revision that is there already.</summary>
    public static ValidatedWrite Known => new(IsKnown: true, null);

    /// <summary>Whether it is to be written.</summary>
    public bool IsAccepted => !IsKnown && Error is null;

    /// <summary>A write that is refused.</summary>
    public static ValidatedWrite Refused(DocumentError error) => new(IsKnown: false, error);
}
