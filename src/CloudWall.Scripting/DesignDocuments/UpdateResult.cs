namespace CloudWall.Scripting.DesignDocuments;

/// <summary>What an update function gave back.</summary>
/// <param name="Document">The document to be stored as JSON in UTF-8; <c>null</c> to store nothing.</param>
/// <param name="Response">The answer as a JSON object in UTF-8, as a show function gives it.</param>
public sealed record UpdateResult(ReadOnlyMemory<byte> Document, ReadOnlyMemory<byte> Response);
