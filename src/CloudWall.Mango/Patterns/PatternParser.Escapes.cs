namespace CloudWall.Mango.Patterns;

/// <content>What begins with a backslash.</content>
internal sealed partial class PatternParser
{
    private PatternNode? ReadEscape(out bool mayRepeat)
    {
        mayRepeat = true;
        if (IsAtEnd)
        {
            throw Refuse("\\ at end of pattern");
        }

        var letter = Text[Next];
        if (PlaceOf(letter) is { } place)
        {
            Next++;
            mayRepeat = false;
            return new PatternNode.Assertion(place);
        }

        switch (letter)
        {
            case 'K':
                Next++;
                mayRepeat = false;
                return null;
            case 'N':
                Next++;
                return Current == '{' && !IsCount(Next)
                    ? throw Refuse("\\N{name} is not supported")
                    : new PatternNode.Set(ByteClasses.NotNewline);
            case 'C':
                Next++;
                return new PatternNode.Set(ByteSet.All);
            case 'R':
                Next++;
                return LineBreak(new PatternNode.Set(ByteClasses.Vertical));
            case 'X':
                Next++;
                return LineBreak(new PatternNode.Set(ByteSet.All));
            case 'g':
                Next++;
                return ReadG();
            case 'k':
                Next++;
                return ReadK();
            case >= '1' and <= '9' when ReadBackNumber() is { } number:
                return Back(new GroupName(number));
            default:
                return ReadSet() is { } set ? new PatternNode.Set(set) : Literal(ReadCharacter());
        }
    }

    /// <summary>CRLF, or one byte of a set, without going back.</summary>
    private static PatternNode.Atomic LineBreak(PatternNode.Set other) => new(new PatternNode.Alternatives(
        [new PatternNode.Sequence([new PatternNode.Set(ByteSet.Of('\r')), new PatternNode.Set(ByteSet.Of('\n'))]), other]));

    private static Place? PlaceOf(char letter) => letter switch
    {
        'A' or 'G' => Place.Start,
        'Z' => Place.LastLineEnd,
        'z' => Place.End,
        'b' => Place.WordBoundary,
        'B' => Place.NoWordBoundary,
        _ => null,
    };

    private PatternNode ReadG()
    {
        switch (Current)
        {
            case '<' or '\'':
                var end = Current == '<' ? '>' : '\'';
                Next++;
                return Call(ReadGroupName(end));
            case '{':
                Next++;
                return Back(ReadGroupName('}'));
            default:
                var number = Current is '+' or '-' ? ReadRelative() : ReadNumber();
                return number == 0 ? throw Refuse("a numbered reference must not be zero") : Back(new GroupName(number));
        }
    }

    private PatternNode.Back ReadK()
    {
        var end = Current switch
        {
            '<' => '>',
            '{' => '}',
            '\'' => '\'',
            _ => throw Refuse("\\k is not followed by a name"),
        };
        Next++;
        return Back(new GroupName(-1, ReadName(end)));
    }

    private GroupName ReadGroupName(char end)
    {
        if (Current is not ((>= '0' and <= '9') or '+' or '-'))
        {
            return new GroupName(-1, ReadName(end));
        }

        var isRelative = Current is '+' or '-';
        var number = isRelative ? ReadRelative() : ReadNumber();
        if (Current != end || (number == 0 && end == '}'))
        {
            throw Refuse("a numbered reference must not be zero");
        }

        Next++;
        return new GroupName(number);
    }

    /// <summary>The number of a back reference: one digit below 8, or that of a group that has begun; null where it is none.</summary>
    private int? ReadBackNumber()
    {
        var end = Next;
        while (end < Text.Length && Text[end] is >= '0' and <= '9')
        {
            end++;
        }

        if (!int.TryParse(Text.AsSpan(Next, Math.Min(end - Next, 10)), out var number)
            || (number >= 8 && number > _groups))
        {
            return null;
        }

        Next = end;
        return number;
    }

}
