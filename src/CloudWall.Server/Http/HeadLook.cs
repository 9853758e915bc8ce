namespace CloudWall.Server.Http;

/// <summary>What is known of the head of a request.</summary>
internal enum HeadLook
{
    /// <summary>More of it has to come.</summary>
    Partial,

    /// <summary>Kestrel takes it.</summary>
    Fine,

    /// <summary>Kestrel would refuse it, and CouchDB answers it.</summary>
    Odd,
}
