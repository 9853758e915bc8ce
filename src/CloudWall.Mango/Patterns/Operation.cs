namespace CloudWall.Mango.Patterns;

/// <summary>What an instruction does.</summary>
internal enum Operation
{
    /// <summary>Takes a byte of set A.</summary>
    Set,

    /// <summary>Takes bytes of set A, from B to C of them.</summary>
    Run,

    /// <summary>As <see cref="Run"/>, as few as possible.</summary>
    LazyRun,

    /// <summary>As <see cref="Run"/>, giving nothing back.</summary>
    FullRun,

    /// <summary>Goes to A.</summary>
    Jump,

    /// <summary>Goes to A, and later to B.</summary>
    Split,

    /// <summary>Notes the position in slot A.</summary>
    Save,

    /// <summary>Goes to B unless slot A has the position: nothing was taken since.</summary>
    JumpIfMoved,

    /// <summary>Goes on where place A is.</summary>
    Assert,

    /// <summary>Takes what the groups of list A have captured; B: in any case.</summary>
    Back,

    /// <summary>Goes back A bytes.</summary>
    StepBack,

    /// <summary>Goes to A if what is before it matches here; B: if it does not.</summary>
    Look,

    /// <summary>As <see cref="Look"/>, but goes to C otherwise.</summary>
    LookElse,

    /// <summary>Goes to A after what is before it, once.</summary>
    Atomic,

    /// <summary>Runs the group of list A.</summary>
    Call,

    /// <summary>Goes to B unless a group of list A has captured.</summary>
    IfCaptured,

    /// <summary>Goes to B unless group A runs as a subroutine; A is 0 for any.</summary>
    IfCalled,

    /// <summary>Fails.</summary>
    Fail,

    /// <summary>Succeeds.</summary>
    Accept,

    /// <summary>Once it fails later, all fails.</summary>
    Commit,

    /// <summary>Once it fails later, this beginning fails.</summary>
    Prune,

    /// <summary>Once it fails later, all beginnings up to here fail.</summary>
    Skip,
}
