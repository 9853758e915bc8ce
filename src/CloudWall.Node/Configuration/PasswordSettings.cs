using CloudWall.Access.Passwords;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>How passwords are hashed: part of <c>[chttpd_auth]</c>.</summary>
internal static class PasswordSettings
{
    private const string Section = "chttpd_auth";

    private static readonly PasswordOptions Usual = new();

    private static readonly Setting<PasswordScheme> Scheme = new(
        Section, "password_scheme", SettingKinds.Choice(("pbkdf2", PasswordScheme.Pbkdf2), ("simple", PasswordScheme.Simple)), Usual.Scheme,
        "How a new password is hashed. simple is for old clients alone: whoever steals such a hash finds the password soon.");

    private static readonly Setting<PseudorandomFunction> Function = new(
        Section, "pbkdf2_prf", SettingKinds.Choice([.. PseudorandomFunction.All.Select(static function => (function.Name, function))]), Usual.Function,
        "The hash function of pbkdf2 for a new password.");

    private static readonly Setting<int> Iterations = new(
        Section, "iterations", SettingKinds.Count(1, 1_000_000_000), Usual.Iterations, "Rounds in which a new password is hashed.");

    /// <summary>The settings.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Scheme, Function, Iterations];

    /// <summary>Reads them.</summary>
    public static PasswordOptions Read(SettingsStore settings) => new()
    {
        Scheme = settings.Get(Scheme),
        Function = settings.Get(Function),
        Iterations = settings.Get(Iterations),
    };
}
