using System.Text.Json;
using CloudWall.Replication.Checkpoints;

namespace CloudWall.Replication.Runs;

/// <summary>How a one-shot replication ended.</summary>
/// <param name="History">Its history.</param>
/// <param name="HasChanges">Whether there was anything to do.</param>
/// <param name="UsesCheckpoints">Whether it recorded that.</param>
/// <param name="ByDocumentIds">Whether it was one by <c>doc_ids</c>.</param>
public sealed record RunResult(ReplicationHistory History, bool HasChanges, bool UsesCheckpoints, bool ByDocumentIds)
{
    /// <summary>Writes the members of CouchDB's answer ("/_replicate" in its documentation), without <c>ok</c>.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (!HasChanges)
        {
            json.WriteBoolean("no_changes", true);
        }
        else if (!UsesCheckpoints)
        {
            json.WriteBoolean("use_checkpoints", false);
            return;
        }

        if (History.SessionId is not null)
        {
            History.WriteMembers(json, ByDocumentIds);
        }
    }
}
