using CloudWall.Node.Configuration;

namespace CloudWall.Server.Configuration;

/// <summary>
/// <c>[csp]</c>: the <c>Content-Security-Policy</c> that pages from databases are sent with, so that they cannot act in the name of whoever
/// looks at them (CouchDB's documentation: "Content Security Policies").
/// </summary>
internal sealed record ContentPolicies
{
    private const string Sandbox = "sandbox";

    /// <summary><c>attachments_header_value</c>; null where <c>attachments_enable</c> is false.</summary>
    public required string? Attachments { get; init; }

    /// <summary><c>showlist_header_value</c>: answers of show and list functions; null where <c>showlist_enable</c> is false.</summary>
    public required string? Functions { get; init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static ContentPolicies Read(Settings settings) => new()
    {
        Attachments = settings.Boolean("csp", "attachments_enable", true) ? settings.Text("csp", "attachments_header_value", Sandbox) : null,
        Functions = settings.Boolean("csp", "showlist_enable", true) ? settings.Text("csp", "showlist_header_value", Sandbox) : null,
    };
}
