namespace CloudWall.Indexing.Building;

/// <summary>What <c>GET /{db}/_design/{ddoc}/_info</c> tells of an index.</summary>
/// <param name="Signature">32 hexadecimal digits.</param>
/// <param name="UpdateSequence">The database's update sequence up to which changes are in it.</param>
/// <param name="PurgeSequence">The last purge that is in it.</param>
/// <param name="FileSize">Bytes on disk, about.</param>
/// <param name="ActiveSize">Bytes of rows among them, about.</param>
/// <param name="ExternalSize">Bytes of keys and values.</param>
/// <param name="UpdaterRunning">Whether a build is running.</param>
/// <param name="WaitingClients">How many wait for it.</param>
public sealed record IndexInfo(
    string Signature,
    long UpdateSequence,
    long PurgeSequence,
    long FileSize,
    long ActiveSize,
    long ExternalSize,
    bool UpdaterRunning,
    int WaitingClients);
