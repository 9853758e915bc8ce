using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Sequences;

namespace CloudWall.Documents.Rendering;

/// <summary>
/// Writes a database's information as JSON, for <c>GET /{db}</c> and for the <c>info</c> member of requests that design functions receive.
/// </summary>
public static class DatabaseInformation
{
    /// <summary>Writes a database's information as JSON.</summary>
    /// <param name="json">The output.</param>
    /// <param name="database">The database.</param>
    /// <param name="oldest">The maximum age of the sizes on disk.</param>
    public static void Write(JsonBuffer json, Database database, TimeSpan oldest = default)
    {
        var info = database.ReadInfo(oldest);
        var tokens = new SequenceTokens(database.Incarnation);
        json.Raw("{\"instance_start_time\":\""u8).Number(database.InstanceStartTime)
            .Raw("\",\"db_name\":"u8).Text(database.Name)
            .Raw(",\"purge_seq\":"u8).Text(tokens.Format(info.PurgeSequence))
            .Raw(",\"update_seq\":"u8).Text(tokens.Format(info.UpdateSequence))
            .Raw(",\"sizes\":{\"file\":"u8).Number(info.FileSize)
            .Raw(",\"external\":"u8).Number(info.ExternalSize)
            .Raw(",\"active\":"u8).Number(info.ActiveSize)
            .Raw("},\"props\":"u8).Raw(database.Options.Partitioned ? "{\"partitioned\":true}"u8 : "{}"u8)
            .Raw(",\"doc_del_count\":"u8).Number(info.DeletedCount)
            .Raw(",\"doc_count\":"u8).Number(info.DocumentCount)
            .Raw(",\"disk_format_version\":8,\"compact_running\":"u8).Boolean(info.CompactRunning)
            .Raw(",\"cluster\":{\"q\":"u8).Number(database.Options.Shards)
            .Raw(",\"n\":1,\"w\":1,\"r\":1}}"u8);
    }
}
