namespace CloudWall.Mango.Patterns;

/// <content>Groups: everything that begins with a parenthesis.</content>
internal sealed partial class PatternParser
{
    private const int LongestName = 32;

    private PatternNode? ReadGroup(out bool mayRepeat)
    {
        mayRepeat = true;
        if (Current == '*' && At(1) is ':' or (>= 'A' and <= 'Z'))
        {
            mayRepeat = false;
            return ReadVerb();
        }

        if (!Take("?"))
        {
            return ReadCapture(name: null);
        }

        switch (Current)
        {
            case ':':
                Next++;
                return Close(ReadAlternatives(new Frame(-1)));
            case '|':
                Next++;
                return Close(ReadAlternatives(new Frame(-1), sharesNumbers: true));
            case '>':
                Next++;
                return new PatternNode.Atomic(Close(ReadAlternatives(new Frame(-1))));
            case '=' or '!':
                return ReadLook(isBehind: false);
            case '<' when At(1) is '=' or '!':
                Next++;
                return ReadLook(isBehind: true);
            case '<':
                Next++;
                return ReadCapture(ReadName('>'));
            case '\'':
                Next++;
                return ReadCapture(ReadName('\''));
            case 'P' when At(1) == '<':
                Next += 2;
                return ReadCapture(ReadName('>'));
            case 'P' when At(1) == '=':
                Next += 2;
                return Back(new GroupName(-1, ReadName(')')));
            case 'P' when At(1) == '>':
                Next += 2;
                return Call(new GroupName(-1, ReadName(')')));
            case '&':
                Next++;
                return Call(new GroupName(-1, ReadName(')')));
            case 'R':
                Next++;
                return Call(CloseNumber(0));
            case >= '0' and <= '9':
                return Call(CloseNumber(ReadNumber()));
            case '+' when At(1) is >= '0' and <= '9':
            case '-' when At(1) is >= '0' and <= '9':
                return Call(CloseNumber(ReadRelative()));
            case '(':
                return ReadConditional();
            case 'C':
                return ReadCallout(out mayRepeat);
            default:
                return ReadOptions(out mayRepeat);
        }
    }

    private PatternNode.Capture ReadCapture(string? name)
    {
        var number = ++_groups;
        if (name is not null)
        {
            if (!_names.TryGetValue(name, out var numbers))
            {
                _names[name] = numbers = [];
            }

            if (numbers.Count > 0 && !Options.MayRepeatNames && !numbers.Contains(number))
            {
                throw Refuse("two named subpatterns have the same name");
            }

            numbers.Add(number);
        }

        return new PatternNode.Capture(number, Close(ReadAlternatives(new Frame(number))));
    }

    private PatternNode.Look ReadLook(bool isBehind)
    {
        var isNegative = Text[Next++] == '!';
        return new PatternNode.Look(Close(ReadAlternatives(new Frame(-1))), isBehind, isNegative);
    }

    private T Close<T>(T node) => Take(")") ? node : throw Refuse("missing )");

    private GroupName CloseNumber(int number) => Close(new GroupName(number));

    private int ReadRelative()
    {
        var sign = Text[Next++];
        var number = ReadNumber();
        return number == 0 ? throw Refuse("a numbered reference must not be zero")
            : sign == '+' ? _groups + number
            : _groups - number + 1 is > 0 and var absolute ? absolute
            : throw Refuse("reference to non-existent subpattern");
    }

    private string ReadName(char end)
    {
        var length = Text.AsSpan(Next).IndexOf(end);
        var name = length <= 0 ? string.Empty : Text.Substring(Next, length);
        if (name.Length is 0 or > LongestName
            || char.IsAsciiDigit(name[0])
            || !name.All(static c => c < Quoted && ByteClasses.Word.Contains(c)))
        {
            throw Refuse("syntax error in subpattern name");
        }

        Next += length + 1;
        return name;
    }

    private PatternNode.Back Back(GroupName group)
    {
        _references.Add(group);
        return new PatternNode.Back(group, Options.IgnoresCase);
    }

    private PatternNode.Call Call(GroupName group)
    {
        _references.Add(group);
        var numbers = group.Name is not { } name ? [group.Number] : _names.GetValueOrDefault(name, []);
        var outermost = _open.FindIndex(frame => numbers.Contains(frame.Number));
        if (outermost >= 0 && _open.Skip(outermost).All(static frame => frame.Items.TrueForAll(LookBehind.MayBeEmpty)))
        {
            throw Refuse("recursive call could loop indefinitely");
        }

        return new PatternNode.Call(group);
    }

    private PatternNode? ReadCallout(out bool mayRepeat)
    {
        mayRepeat = false;
        Next++;
        return ReadNumber() > 255 ? throw Refuse("number after (?C is > 255") : Close<PatternNode?>(null);
    }

    private PatternNode.Conditional ReadConditional()
    {
        var (choice, group, test) = (Choice.Captured, default(GroupName), default(PatternNode.Look));
        if (At(1) == '?' && (At(2) is '=' or '!' || (At(2) == '<' && At(3) is '=' or '!')))
        {
            Next += 2;
            var isBehind = Take("<");
            (choice, test) = (Choice.Test, ReadLook(isBehind));
        }
        else
        {
            Next++;
            (choice, group) = ReadChoice();
        }

        var body = Close(ReadAlternatives(new Frame(-1)));
        var branches = body is PatternNode.Alternatives several ? several.Branches : [body];
        return branches.Count > 2 || (choice == Choice.Define && branches.Count > 1)
            ? throw Refuse("conditional group contains more than two branches")
            : new PatternNode.Conditional(
                choice, group, test, branches[0], branches.Count > 1 ? branches[1] : new PatternNode.Sequence([]));
    }

    private (Choice Choice, GroupName Group) ReadChoice()
    {
        if (Current is (>= '0' and <= '9') or '+' or '-')
        {
            var number = Current is '+' or '-' ? ReadRelative() : ReadNumber();
            return number == 0 ? throw Refuse("invalid condition (?(0)") : (Choice.Captured, Reference(CloseNumber(number)));
        }

        if (Take("<"))
        {
            return (Choice.Captured, Close(Reference(new GroupName(-1, ReadName('>')))));
        }

        if (Take("'"))
        {
            return (Choice.Captured, Close(Reference(new GroupName(-1, ReadName('\'')))));
        }

        if (Take("R&"))
        {
            return (Choice.Called, Reference(new GroupName(-1, ReadName(')'))));
        }

        var name = ReadName(')');
        return _names.ContainsKey(name) ? (Choice.Captured, new GroupName(-1, name))
            : name == "DEFINE" ? (Choice.Define, default)
            : name == "R" ? (Choice.Called, new GroupName(0))
            : name[0] == 'R' && int.TryParse(name.AsSpan(1), out var called) ? (Choice.Called, Reference(new GroupName(called)))
            : (Choice.Captured, Reference(new GroupName(-1, name)));

        GroupName Reference(GroupName group)
        {
            _references.Add(group);
            return group;
        }
    }

    private PatternNode? ReadOptions(out bool mayRepeat)
    {
        mayRepeat = false;
        var options = Options;
        for (var value = true; ; Next++)
        {
            switch (Current)
            {
                case '-':
                    value = false;
                    break;
                case 'i':
                    options = options with { IgnoresCase = value };
                    break;
                case 'm':
                    options = options with { Multiline = value };
                    break;
                case 's':
                    options = options with { DotAll = value };
                    break;
                case 'x':
                    options = options with { Extended = value };
                    break;
                case 'U':
                    options = options with { IsLazy = value };
                    break;
                case 'J':
                    options = options with { MayRepeatNames = value };
                    break;
                case 'X':
                    options = options with { IsStrict = value };
                    break;
                case ')':
                    Next++;
                    Options = options;
                    return null;
                case ':':
                    Next++;
                    var before = Options;
                    Options = options;
                    var body = Close(ReadAlternatives(new Frame(-1)));
                    Options = before;
                    mayRepeat = true;
                    return body;
                default:
                    throw Refuse("unrecognized character after (? or (?-");
            }
        }
    }

    private PatternNode.Verb? ReadVerb()
    {
        var end = Text.AsSpan(Next).IndexOf(')');
        var verb = end < 0 ? throw Refuse("missing )") : Text.Substring(Next + 1, end - 1);
        Next += end + 1;
        var colon = verb.IndexOf(':', StringComparison.Ordinal);
        var hasName = colon >= 0 && colon < verb.Length - 1;
        return (colon < 0 ? verb : verb[..colon], colon >= 0, hasName) switch
        {
            ("FAIL" or "F", false, _) => new PatternNode.Verb(Command.Fail),
            ("ACCEPT", false, _) => new PatternNode.Verb(Command.Accept),
            ("COMMIT", false, _) => new PatternNode.Verb(Command.Commit),
            ("PRUNE" or "THEN", _, _) => new PatternNode.Verb(Command.Prune),
            ("SKIP", false, _) => new PatternNode.Verb(Command.Skip),
            ("" or "MARK", true, true) => null,
            _ => throw Refuse("(*VERB) not recognized or malformed"),
        };
    }
}
