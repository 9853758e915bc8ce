using System.Globalization;

namespace CloudWall.Mango.Patterns;

/// <summary>
/// What bytes are, to PCRE as Erlang builds it: characters of ISO 8859-1, whatever they stand for in UTF-8. White space and digits are
/// those of ASCII.
/// </summary>
internal static class ByteClasses
{
    /// <summary><c>\d</c>.</summary>
    public static readonly ByteSet Digit = ByteSet.Of('0', '9');

    /// <summary><c>\s</c>.</summary>
    public static readonly ByteSet Space = ByteSet.Of(9, 13) | ByteSet.Of(' ');

    /// <summary><c>\h</c>.</summary>
    public static readonly ByteSet Horizontal = ByteSet.Of(9) | ByteSet.Of(' ') | ByteSet.Of(0xA0);

    /// <summary><c>\v</c>.</summary>
    public static readonly ByteSet Vertical = ByteSet.Of(10, 13) | ByteSet.Of(0x85);

    /// <summary>Capital letters.</summary>
    public static readonly ByteSet Upper = ByteSet.Of('A', 'Z') | ByteSet.Of(0xC0, 0xD6) | ByteSet.Of(0xD8, 0xDE);

    /// <summary>Small letters.</summary>
    public static readonly ByteSet Lower =
        ByteSet.Of('a', 'z') | ByteSet.Of(0xAA) | ByteSet.Of(0xB5) | ByteSet.Of(0xBA) | ByteSet.Of(0xDF, 0xF6) | ByteSet.Of(0xF8, 0xFF);

    /// <summary><c>\w</c>.</summary>
    public static readonly ByteSet Word = Upper | Lower | Digit | ByteSet.Of('_');

    /// <summary>All but the line feed.</summary>
    public static readonly ByteSet NotNewline = ~ByteSet.Of('\n');

    private static readonly ByteSet Graphic = ByteSet.Of(0x21, 0x7E) | ByteSet.Of(0xA0, 0xFF);

    /// <summary>A POSIX class by its name; null where there is none.</summary>
    public static ByteSet? Posix(string name) => name switch
    {
        "alpha" => Upper | Lower,
        "upper" => Upper,
        "lower" => Lower,
        "alnum" => Upper | Lower | Digit,
        "digit" => Digit,
        "space" => Space,
        "blank" => ByteSet.Of(9) | ByteSet.Of(' '),
        "cntrl" => ByteSet.Of(0, 0x1F) | ByteSet.Of(0x7F, 0x9F),
        "graph" => Graphic,
        "print" => Graphic | ByteSet.Of(' '),
        "punct" => ByteSet.Where(static value => Graphic.Contains(value) && !(Upper | Lower | Digit).Contains(value)),
        "word" => Word,
        "xdigit" => Digit | ByteSet.Of('A', 'F') | ByteSet.Of('a', 'f'),
        "ascii" => ByteSet.All,
        _ => null,
    };

    /// <summary>A Unicode property by its name; null where there is none.</summary>
    public static ByteSet? Property(string name) => name switch
    {
        "Any" => ByteSet.All,
        "L&" => ByteSet.Where(static value => Category(value) is "Lu" or "Ll" or "Lt"),
        "Xan" => ByteSet.Where(IsAlphanumeric),
        "Xwd" => ByteSet.Where(static value => value == '_' || IsAlphanumeric(value)),
        "Xsp" or "Xps" => Space | ByteSet.Of(0x85) | ByteSet.Of(0xA0),
        "Xuc" => ByteSet.Where(static value => value is '$' or '@' or '`' or >= 0xA0),
        "Latin" => ByteSet.Where(static value => Category(value)[0] == 'L' && value != 0xB5),
        "Common" => ~Property("Latin")!.Value,
        _ when Categories.Contains(name) => ByteSet.Where(value => Category(value).StartsWith(name, StringComparison.Ordinal)),
        _ => Scripts.Contains(name) ? default(ByteSet) : null,
    };

    /// <summary>A set with the letters of the other case.</summary>
    public static ByteSet IgnoreCase(ByteSet set) => ByteSet.Where(value => set.Contains(value) || set.Contains(OtherCase(value)));

    /// <summary>The other case of a letter; any other byte itself.</summary>
    public static int OtherCase(int value) =>
        Upper.Contains(value) ? value + 0x20
        : Lower.Contains(value) && Upper.Contains(value - 0x20) ? value - 0x20
        : value;

    private static readonly HashSet<string> Categories = new(StringComparer.Ordinal)
    {
        "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No",
        "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
    };

    /// <summary>Scripts that have no character among the first 256. (PCRE knows more.)</summary>
    private static readonly HashSet<string> Scripts = new(StringComparer.Ordinal)
    {
        "Arabic", "Armenian", "Bengali", "Bopomofo", "Braille", "Cherokee", "Coptic", "Cyrillic", "Devanagari", "Ethiopic", "Georgian",
        "Gothic", "Greek", "Gujarati", "Gurmukhi", "Han", "Hangul", "Hebrew", "Hiragana", "Inherited", "Kannada", "Katakana", "Khmer",
        "Lao", "Malayalam", "Mongolian", "Myanmar", "Ogham", "Oriya", "Runic", "Sinhala", "Syriac", "Tamil", "Telugu", "Thaana", "Thai",
        "Tibetan", "Yi",
    };

    private static bool IsAlphanumeric(int value) => Category(value)[0] is 'L' or 'N';

    private static string Category(int value) => (value, CharUnicodeInfo.GetUnicodeCategory((char)value)) switch
    {
        (_, UnicodeCategory.UppercaseLetter) => "Lu",
        (_, UnicodeCategory.LowercaseLetter) => "Ll",
        (_, UnicodeCategory.OtherLetter) => "Lo",
        (_, UnicodeCategory.DecimalDigitNumber) => "Nd",
        (_, UnicodeCategory.OtherNumber) => "No",
        (_, UnicodeCategory.SpaceSeparator) => "Zs",
        (_, UnicodeCategory.Control) => "Cc",
        (_, UnicodeCategory.Format) => "Cf",
        (_, UnicodeCategory.ConnectorPunctuation) => "Pc",
        (_, UnicodeCategory.DashPunctuation) => "Pd",
        (_, UnicodeCategory.OpenPunctuation) => "Ps",
        (_, UnicodeCategory.ClosePunctuation) => "Pe",
        (_, UnicodeCategory.InitialQuotePunctuation) => "Pi",
        (_, UnicodeCategory.FinalQuotePunctuation) => "Pf",
        (_, UnicodeCategory.OtherPunctuation) => "Po",
        (_, UnicodeCategory.MathSymbol) => "Sm",
        (_, UnicodeCategory.CurrencySymbol) => "Sc",
        (_, UnicodeCategory.ModifierSymbol) => "Sk",
        _ => "So",
    };
}
