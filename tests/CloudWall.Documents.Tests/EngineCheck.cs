using CloudWall.Documents.Checking;
using CloudWall.Storage;

namespace CloudWall.Documents.Tests;

/// <summary>Lets a test fail where a store does not agree with itself.</summary>
internal static class EngineCheck
{
    /// <summary>Checks a store.</summary>
    /// <param name="store">The store; nothing writes to it meanwhile, or it is a snapshot.</param>
    /// <param name="uploads">Whether there may be content that is being received.</param>
    public static void Verify(KeyValueReader store, bool uploads = false)
    {
        var findings = new List<Finding>();
        StoreCheck.Run(store, uploads, findings.Add);
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }
}
