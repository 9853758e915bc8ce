namespace CloudWall.Indexing.Building;

/// <summary>The data of <c>GET /{db}/_design/{ddoc}/_info</c>.</summary>
/// <param name="Signature">32 hexadecimal digits.</param>
/// <param name="UpdateSequence">The database's update sequence that the index has reached.</param>
/// <param name="PurgeSequence">The last purge that the index has applied.</param>
/// <param name="FileSize">The approximate size on disk in bytes.</param>
/// <param name="ActiveSize">The approximate size of current rows on disk in bytes.</param>
/// <param name="ExternalSize">The size of keys and values in bytes.</param>
/// <param name="UpdaterRunning">Whether a build is running.</param>
/// <param name="WaitingClients">The number of requests that wait for the build.</param>
public sealed record IndexInfo(
    string Signature,
    long UpdateSequence,
    long PurgeSequence,
    long FileSize,
    long ActiveSize,
    long ExternalSize,
    bool UpdaterRunning,
    int WaitingClients);
