namespace CloudWall.Scripting.DesignDocuments;

/// <summary>What <c>validate_doc_update</c> is given, each as JSON in UTF-8.</summary>
/// <param name="NewDocument">The document as it would be stored, with <c>_id</c> and <c>_rev</c>.</param>
/// <param name="OldDocument">The document as it is stored, or <c>null</c>.</param>
/// <param name="UserContext">Who writes: <c>{"db":…,"name":…,"roles":[…]}</c>. Never a password, cookie or token.</param>
/// <param name="Security">The database's security object.</param>
public readonly record struct ValidationArguments(
    ReadOnlyMemory<byte> NewDocument, ReadOnlyMemory<byte> OldDocument, ReadOnlyMemory<byte> UserContext, ReadOnlyMemory<byte> Security);
