using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace CloudWall.Settings;

/// <summary>Parses the text of a setting.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="text">The text, without white space around it.</param>
/// <param name="value">The value.</param>
/// <returns>False where the text is not a valid value.</returns>
public delegate bool SettingParser<T>(string text, out T value);

/// <summary>The valid values of a setting, with their text form.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
/// <param name="Wanted">The valid values as documentation and errors describe them: "… must be <i>wanted</i>".</param>
/// <param name="TryParse">Parses a value.</param>
/// <param name="Format">Formats a value as a file has it.</param>
public sealed record SettingKind<T>(string Wanted, SettingParser<T> TryParse, Func<T, string> Format);

/// <summary>The kinds of settings.</summary>
public static class SettingKinds
{
    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static SettingKind<bool> Boolean { get; } = new("true or false", TryParseBoolean, static value => value ? "true" : "false");

    /// <summary>Any text.</summary>
    public static SettingKind<string> Text { get; } = new("a text", TryParseText, static value => value);

    /// <summary>Texts separated by commas.</summary>
    public static SettingKind<string[]> List { get; } = new("a list with commas", TryParseList, static value => string.Join(", ", value));

    /// <summary>A number, or <c>infinity</c>.</summary>
    public static SettingKind<double> Ratio { get; } = new("a number, or infinity", TryParseRatio, FormatRatio);

    /// <summary>A time of day in UTC.</summary>
    public static SettingKind<TimeOnly?> TimeOfDay { get; } = new(
        "a time of day in UTC, HH:MM", TryParseTime, static value => value?.ToString("HH:mm", CultureInfo.InvariantCulture) ?? "");

    /// <summary>An address to listen on.</summary>
    public static SettingKind<IPAddress> Address { get; } = new("an IP address, or any", TryParseAddress, static value => value.ToString());

    /// <summary>A whole number.</summary>
    /// <param name="least">The minimum.</param>
    /// <param name="most">The maximum.</param>
    public static SettingKind<long> Number(long least, long most = long.MaxValue) => new(
        Range(least, most),
        (text, out value) => TryParseNumber(text, least, most, out value),
        static value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A whole number of 32 bits.</summary>
    /// <param name="least">The minimum.</param>
    /// <param name="most">The maximum.</param>
    public static SettingKind<int> Count(int least, int most = int.MaxValue) => Map(Number(least, most), static value => (int)value, static value => value);

    /// <summary>A whole number, or null where the setting has no value.</summary>
    /// <param name="least">The minimum.</param>
    /// <param name="most">The maximum.</param>
    public static SettingKind<long?> NumberOrNone(long least, long most = long.MaxValue) => new(
        Range(least, most),
        (text, out value) => TryParseNumber(text, least, most, out var number) ? Some(number, out value) : None(out value),
        static value => value?.ToString(CultureInfo.InvariantCulture) ?? "");

    /// <summary>A whole number, or <c>infinity</c>, which is parsed as null.</summary>
    /// <param name="least">The minimum.</param>
    public static SettingKind<long?> NumberOrInfinity(long least) => new(
        Range(least, long.MaxValue) + ", or infinity",
        (text, out value) => text == "infinity"
            ? Some(null, out value)
            : TryParseNumber(text, least, long.MaxValue, out var number) ? Some(number, out value) : None(out value),
        static value => value?.ToString(CultureInfo.InvariantCulture) ?? "infinity");

    /// <summary>A time in milliseconds.</summary>
    /// <param name="least">The minimum.</param>
    public static SettingKind<TimeSpan> Milliseconds(int least = 1) => Span(least, int.MaxValue, TimeSpan.FromMilliseconds(1), "milliseconds");

    /// <summary>A time in seconds.</summary>
    /// <param name="least">The minimum.</param>
    /// <param name="most">The maximum.</param>
    public static SettingKind<TimeSpan> Seconds(int least = 1, int most = 1_000_000) => Span(least, most, TimeSpan.FromSeconds(1), "seconds");

    /// <summary>A time in minutes.</summary>
    /// <param name="least">The minimum.</param>
    /// <param name="most">The maximum.</param>
    public static SettingKind<TimeSpan> Minutes(int least = 1, int most = 1_000_000) => Span(least, most, TimeSpan.FromMinutes(1), "minutes");

    /// <summary>One of several texts.</summary>
    /// <param name="choices">The texts.</param>
    public static SettingKind<string> Choice(params string[] choices) => new(
        "one of " + string.Join(", ", choices),
        (text, out value) => (value = text) is not null && Array.IndexOf(choices, text) >= 0,
        static value => value);

    /// <summary>One of several values, each by its name.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="choices">The values by name. A value with several names is formatted with the first.</param>
    public static SettingKind<T> Choice<T>(params (string Name, T Value)[] choices) => new(
        "one of " + string.Join(", ", choices.Select(static choice => choice.Name)),
        (text, out value) =>
        {
            var at = Array.FindIndex(choices, choice => choice.Name == text);
            value = at < 0 ? choices[0].Value : choices[at].Value;
            return at >= 0;
        },
        value => choices.First(choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Name);

    private static SettingKind<TimeSpan> Span(long least, long most, TimeSpan unit, string name)
    {
        var kind = Map(Number(least, most), value => value * unit, value => value.Ticks / unit.Ticks);
        return kind with { Wanted = $"{kind.Wanted}, in {name}" };
    }

    private static SettingKind<TOut> Map<TIn, TOut>(SettingKind<TIn> kind, Func<TIn, TOut> from, Func<TOut, TIn> to) => new(
        kind.Wanted,
        (text, out value) =>
        {
            // What is out of bounds may be too much to be converted.
            var isValue = kind.TryParse(text, out var inner);
            value = isValue ? from(inner) : default!;
            return isValue;
        },
        value => kind.Format(to(value)));

    private static string Range(long least, long most) =>
        most is int.MaxValue or >= long.MaxValue / 8 ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}";

    private static bool Some<T>(T? found, out T? value)
    {
        value = found;
        return true;
    }

    private static bool None<T>(out T? value)
    {
        value = default;
        return false;
    }

    private static bool TryParseNumber(string text, long least, long most, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    private static bool TryParseBoolean(string text, out bool value)
    {
        value = text == "true";
        return value || text == "false";
    }

    private static bool TryParseText(string text, out string value)
    {
        value = text;
        return true;
    }

    private static bool TryParseList(string text, out string[] value)
    {
        value = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return true;
    }

    private static bool TryParseRatio(string text, out double value)
    {
        value = double.PositiveInfinity;
        return text == "infinity" || double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
    }

    private static string FormatRatio(double value) =>
        double.IsPositiveInfinity(value) ? "infinity" : value.ToString(CultureInfo.InvariantCulture);

    private static bool TryParseTime(string text, out TimeOnly? value)
    {
        var isTime = TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        value = time;
        return isTime;
    }

    private static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress value)
    {
        value = text switch
        {
            "any" => IPAddress.IPv6Any,
            "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(text, out var address) ? address : IPAddress.None,
        };
        return !ReferenceEquals(value, IPAddress.None);
    }
}
