using System.Security.Cryptography;
using CloudWall.Documents.Json;

namespace CloudWall.Documents.Databases;

/// <summary>Settings of the document engine, under CouchDB's names where it has them.</summary>
public sealed record EngineOptions
{
    /// <summary>Limits on documents and attachments.</summary>
    public DocumentLimits Limits { get; init; } = new();

    /// <summary><c>[attachments] compression_level</c>: 0 (none) to 9.</summary>
    public int CompressionLevel { get; init; } = 8;

    /// <summary><c>[attachments] compressible_types</c>: media types, <c>*</c> for any rest.</summary>
    public string CompressibleTypes { get; init; } =
        "text/*, application/javascript, application/json, application/xml";

    /// <summary>The scheduler on which writers and maintenance run.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Where databases and purges get their ids: 32 random hexadecimal digits each.</summary>
    public Func<string> NewUuid { get; init; } = () => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
