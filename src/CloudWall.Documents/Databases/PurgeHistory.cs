using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>Reads the purge history.</summary>
internal static class PurgeHistory
{
    public static IReadOnlyList<PurgeInfo> Read(DatabaseCore core)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Purge(ref lower, core.Number, 0);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Purge(ref upper, core.Number, long.MaxValue);
        using var rows = core.Store.Scan(Keyspace.Documents, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        var infos = new List<PurgeInfo>();
        while (rows.MoveNext())
        {
            infos.Add(PurgeCodec.Read(Keys.ReadPurge(rows.Key), rows.Value));
        }

        return infos;
    }
}
