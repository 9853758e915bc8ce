using System.Text;

namespace CloudWall.Mango.Patterns;

/// <summary>Reads what stands for bytes in a pattern: characters, escapes, and what is in brackets.</summary>
internal abstract class PatternReader
{
    /// <summary>Added to the value of bytes that are quoted, so that they are nothing else.</summary>
    protected const int Quoted = 0x100;

    private const int MostRepeats = 65535;

    /// <summary>Begins at a pattern's beginning.</summary>
    protected PatternReader(ReadOnlySpan<byte> text) => Text = Unquote(text);

    /// <summary>The bytes as characters.</summary>
    protected string Text { get; }

    /// <summary>The position of what is read next.</summary>
    protected int Next { get; set; }

    /// <summary>The options that hold here.</summary>
    protected PatternOptions Options { get; set; }

    protected bool IsAtEnd => Next >= Text.Length;

    protected int Current => Next < Text.Length ? Text[Next] : -1;

    protected static PatternException Refuse(string why) => new(why);

    /// <summary>Takes <c>\Q</c> and <c>\E</c> out.</summary>
    private static string Unquote(ReadOnlySpan<byte> text)
    {
        var result = new StringBuilder(text.Length);
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var isEscape = text[i] == '\\' && i + 1 < text.Length;
            if (isEscape && text[i + 1] is (byte)'E' or (byte)'Q' && (text[i + 1] == 'E' || !isQuoted))
            {
                isQuoted = text[++i] == 'Q';
            }
            else if (isQuoted)
            {
                result.Append((char)(text[i] | Quoted));
            }
            else
            {
                result.Append((char)text[i]);
                _ = isEscape ? result.Append((char)text[++i]) : result;
            }
        }

        return result.ToString();
    }

    protected int At(int offset) => Next + offset < Text.Length ? Text[Next + offset] : -1;

    protected bool Take(string text)
    {
        if (!Text.AsSpan(Next).StartsWith(text))
        {
            return false;
        }

        Next += text.Length;
        return true;
    }

    /// <summary>Whether a brace begins a number of repetitions.</summary>
    protected bool IsCount(int at)
    {
        var text = Text.Substring(at, Math.Min(Text.Length - at, 64));
        var end = text.IndexOf('}', StringComparison.Ordinal);
        return end > 0 && text[1..end].Split(',') is [{ Length: > 0 } least, .. var rest]
            && least.All(char.IsAsciiDigit)
            && rest is [] or [_]
            && rest.All(static most => most.All(char.IsAsciiDigit));
    }

    protected int ReadNumber()
    {
        var value = 0;
        for (; Current is >= '0' and <= '9'; Next++)
        {
            value = (value * 10) + (Current - '0');
            if (value > MostRepeats)
            {
                throw Refuse("number too big");
            }
        }

        return value;
    }

    /// <summary>Reads an escape that stands for several bytes; null where it is none.</summary>
    protected ByteSet? ReadSet()
    {
        var letter = Text[Next];
        ByteSet? set = letter switch
        {
            'd' => ByteClasses.Digit,
            'D' => ~ByteClasses.Digit,
            's' => ByteClasses.Space,
            'S' => ~ByteClasses.Space,
            'w' => ByteClasses.Word,
            'W' => ~ByteClasses.Word,
            'h' => ByteClasses.Horizontal,
            'H' => ~ByteClasses.Horizontal,
            'v' => ByteClasses.Vertical,
            'V' => ~ByteClasses.Vertical,
            _ => null,
        };
        if (set is not null)
        {
            Next++;
            return set;
        }

        return letter is 'p' or 'P' ? ReadProperty() : null;
    }

    protected ByteSet ReadProperty()
    {
        var isNegative = Text[Next++] == 'P';
        string name;
        if (Take("{"))
        {
            isNegative ^= Take("^");
            var length = Text.AsSpan(Next).IndexOf('}');
            name = length < 0 ? throw Refuse("malformed \\P or \\p sequence") : Text.Substring(Next, length);
            Next += length + 1;
        }
        else
        {
            name = Current < 0 ? throw Refuse("malformed \\P or \\p sequence") : Text[Next++].ToString();
        }

        var set = ByteClasses.Property(name) ?? throw Refuse("unknown property name after \\P or \\p");
        return isNegative ? ~set : set;
    }

    /// <summary>Reads an escape that stands for one byte.</summary>
    protected int ReadCharacter()
    {
        var letter = Text[Next++];
        switch (letter)
        {
            case 'a':
                return 7;
            case 'e':
                return 0x1B;
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'c':
                return IsAtEnd || Current > 127 ? throw Refuse("\\c at end of pattern") : char.ToUpperInvariant(Text[Next++]) ^ 0x40;
            case 'x' when Current == '{' && ReadBraced(16) is { } hexadecimal:
                return hexadecimal;
            case 'x':
                return ReadDigits(16, 2);
            case 'o':
                return (Current == '{' ? ReadBraced(8) : null) ?? throw Refuse("missing opening brace after \\o");
            case >= '0' and <= '7':
                Next--;
                return ReadDigits(8, 3) is <= 255 and var octal ? octal : throw Refuse("octal value is greater than \\377");
            case 'l' or 'L' or 'u' or 'U':
                throw Refuse("\\L, \\l, \\U and \\u are not supported");
            default:
                return Options.IsStrict && char.IsAsciiLetter(letter) ? throw Refuse("unrecognized character follows \\") : letter;
        }
    }

    protected int ReadDigits(int radix, int most)
    {
        var value = 0;
        for (var i = 0; i < most && Digit(Current) is var digit && digit < radix; i++, Next++)
        {
            value = (value * radix) + digit;
        }

        return value;
    }

    /// <summary>A number in braces; null where there is none.</summary>
    protected int? ReadBraced(int radix)
    {
        var length = Text.AsSpan(Next).IndexOf('}');
        if (length < 2)
        {
            return null;
        }

        var value = 0;
        foreach (var letter in Text.AsSpan(Next + 1, length - 1))
        {
            if (Digit(letter) >= radix)
            {
                return radix == 8 ? throw Refuse("non-octal character in \\o{}") : null;
            }

            value = (value * radix) + Digit(letter);
            if (value > 255)
            {
                throw Refuse("character value in \\x{} or \\o{} is too large");
            }
        }

        Next += length + 1;
        return value;
    }

    protected static int Digit(int letter) => letter switch
    {
        >= '0' and <= '9' => letter - '0',
        >= 'a' and <= 'f' => letter - 'a' + 10,
        >= 'A' and <= 'F' => letter - 'A' + 10,
        _ => int.MaxValue,
    };

    protected ByteSet ReadClassItem()
    {
        var (set, first) = ReadClassPart();
        if (set is { } several)
        {
            return several;
        }

        if (Current != '-' || At(1) == ']' || At(1) < 0)
        {
            return ByteSet.Of(first);
        }

        Next++;
        var (notOne, last) = ReadClassPart();
        return notOne is not null ? throw Refuse("invalid range in character class")
            : last < first ? throw Refuse("range out of order in character class")
            : ByteSet.Of(first, last);
    }

    /// <summary>Reads one byte of a class, or an escape or a name that stands for several.</summary>
    protected (ByteSet? Set, int Value) ReadClassPart()
    {
        if (PosixLength(Next) is > 0 and var length)
        {
            var name = Text.Substring(Next + 2, length - 4);
            var isNegative = name is ['^', ..];
            var set = Text[Next + 1] == ':' ? ByteClasses.Posix(isNegative ? name[1..] : name) : null;
            if (set is { } known)
            {
                if (Options.IgnoresCase && name.TrimStart('^') is "upper" or "lower")
                {
                    known = ByteClasses.Upper | ByteClasses.Lower;
                }

                Next += length;
                return (isNegative ? ~known : known, 0);
            }

            throw Refuse("unknown POSIX class name");
        }

        var value = Text[Next++];
        if (value != '\\' || IsAtEnd)
        {
            return (null, value & ~Quoted);
        }

        switch (Text[Next])
        {
            case 'b':
                Next++;
                return (null, '\b');
            case 'N':
                throw Refuse("\\N is not supported in a class");
            default:
                return ReadSet() is { } set ? (set, 0) : (null, ReadCharacter() & ~Quoted);
        }
    }

    /// <summary>The length of a POSIX name with its brackets; 0 where there is none.</summary>
    protected int PosixLength(int at)
    {
        if (at + 3 >= Text.Length || Text[at] != '[' || Text[at + 1] is not (':' or '.' or '='))
        {
            return 0;
        }

        var kind = Text[at + 1];
        for (var i = at + 2; i + 1 < Text.Length; i++)
        {
            if (Text[i] == '\\' && Text[i + 1] is ']' or '\\')
            {
                i++;
            }
            else if (Text[i] == kind && Text[i + 1] == ']')
            {
                return i + 2 - at;
            }
            else if (Text[i] == ']' || (Text[i] == '[' && Text[i + 1] == kind))
            {
                return 0;
            }
        }

        return 0;
    }
}
