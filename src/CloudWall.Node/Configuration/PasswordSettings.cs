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

    private static readonly Setting<int> MinIterations = new(
        Section, "min_iterations", SettingKinds.Count(1, 1_000_000_000), Usual.MinIterations, "Hashes of fewer rounds are refused (403).");

    private static readonly Setting<int> MaxIterations = new(
        Section, "max_iterations", SettingKinds.Count(1, 1_000_000_000), Usual.MaxIterations,
        "Hashes of more rounds are refused (403): each attempt to sign in would take minutes. Who is no admin stores none of more than "
        + "`iterations` rounds (403). 1000000000 in CouchDB.");

    private static readonly Setting<bool> UpgradesOnSignIn = new(
        Section, "upgrade_hash_on_auth", SettingKinds.Boolean, Usual.UpgradesOnSignIn,
        "Whether a user's document gets a new hash once the user signs in, where it was hashed otherwise than a new password would be.");

    private static readonly Setting<PasswordPolicy> Policy = new(
        Section,
        "password_regexp",
        new SettingKind<PasswordPolicy>(
            "a list of regular expressions in Erlang's syntax, such as [{\".{10,}\", \"Too short.\"}, \"\\\\d\"]", PasswordPolicy.TryParse, static _ => "[]"),
        Usual.Policy,
        "What a new password must match, and what users are told whose password does not (400).");

    /// <summary>The settings.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [Scheme, Function, Iterations, MinIterations, MaxIterations, UpgradesOnSignIn, Policy];

    /// <summary>Reads them.</summary>
    public static PasswordOptions Read(SettingsStore settings) => new()
    {
        Scheme = settings.Get(Scheme),
        Function = settings.Get(Function),
        Iterations = settings.Get(Iterations),
        MinIterations = settings.Get(MinIterations),
        MaxIterations = settings.Get(MaxIterations),
        UpgradesOnSignIn = settings.Get(UpgradesOnSignIn),
        Policy = settings.Get(Policy),
    };
}
