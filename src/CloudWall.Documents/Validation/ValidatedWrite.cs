namespace CloudWall.Documents.Validation;

/// <summary>The validation's decision about a write. The default value accepts it.</summary>
/// <param name="IsKnown">Whether the replicated revision is stored already, so that it is neither written nor refused.</param>
/// <param name="Error">The error that refuses the write, or null.</param>
internal readonly record struct ValidatedWrite(bool IsKnown, DocumentError? Error)
{
    /// <summary>A replicated revision that is stored already.</summary>
    public static ValidatedWrite Known => new(IsKnown: true, null);

    /// <summary>Whether the write is accepted.</summary>
    public bool IsAccepted => !IsKnown && Error is null;

    /// <summary>A refused write.</summary>
    public static ValidatedWrite Refused(DocumentError error) => new(IsKnown: false, error);
}
