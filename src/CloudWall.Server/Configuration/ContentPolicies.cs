using CloudWall.Settings;

namespace CloudWall.Server.Configuration;

/// <summary>
/// <c>[csp]</c>: the <c>Content-Security-Policy</c> that pages from databases are sent with, so that they cannot act in the name of whoever
/// looks at them (CouchDB's documentation: "Content Security Policies").
/// </summary>
internal sealed record ContentPolicies
{
    private const string Section = "csp";
    private const string Sandbox = "sandbox";

    private static readonly Setting<bool> AttachmentsEnable = new(
        Section, "attachments_enable", SettingKinds.Boolean, true, "Whether attachments are sent with a policy.");

    private static readonly Setting<string> AttachmentsHeader = new(
        Section, "attachments_header_value", SettingKinds.Text, Sandbox, "The policy of attachments.");

    private static readonly Setting<bool> FunctionsEnable = new(
        Section, "showlist_enable", SettingKinds.Boolean, true, "Whether answers of functions are sent with a policy.");

    private static readonly Setting<string> FunctionsHeader = new(
        Section, "showlist_header_value", SettingKinds.Text, Sandbox, "The policy of answers of functions.");

    /// <summary>All settings of policies.</summary>
    public static IReadOnlyList<Setting> All { get; } = [AttachmentsEnable, AttachmentsHeader, FunctionsEnable, FunctionsHeader];

    /// <summary><c>attachments_header_value</c>; null where <c>attachments_enable</c> is false.</summary>
    public required string? Attachments { get; init; }

    /// <summary><c>showlist_header_value</c>: answers of show and list functions; null where <c>showlist_enable</c> is false.</summary>
    public required string? Functions { get; init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static ContentPolicies Read(SettingsStore settings) => new()
    {
        Attachments = settings.Get(AttachmentsEnable) ? settings.Get(AttachmentsHeader) : null,
        Functions = settings.Get(FunctionsEnable) ? settings.Get(FunctionsHeader) : null,
    };
}
