namespace CloudWall.Server.Tests.Replication;

/// <summary>What may happen to a request.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It takes a while.</summary>
    Delay,

    /// <summary>Somebody else answers 429, 500, 502 or 503.</summary>
    Refuse,

    /// <summary>The connection is cut before the server has it.</summary>
    CutBefore,

    /// <summary>The connection is cut when the server has done it.</summary>
    CutAfter,

    /// <summary>The connection is cut in the middle of the answer.</summary>
    Truncate,

    /// <summary>The answer ends early, in good order.</summary>
    End,

    /// <summary>A byte of the answer is another.</summary>
    Garble,

    /// <summary>Nothing more comes after part of the answer.</summary>
    Stall,

    /// <summary>The last of them.</summary>
    Last = Stall,
}
