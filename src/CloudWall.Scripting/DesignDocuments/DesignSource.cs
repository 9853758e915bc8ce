namespace CloudWall.Scripting.DesignDocuments;

/// <summary>A design document whose functions are to be called.</summary>
/// <param name="Language">Its <c>language</c>; <c>javascript</c> where it has none.</param>
/// <param name="Document">
/// All of it as JSON in UTF-8, with <c>_id</c> and <c>_rev</c>: <c>require()</c> finds its modules in it, and it is what <c>this</c>
/// means in its functions. Attachments may be left out.
/// </param>
public sealed record DesignSource(string Language, ReadOnlyMemory<byte> Document);
