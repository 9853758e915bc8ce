using System.Globalization;
using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>Reads JSON text (RFC 8259) into <see cref="Literal"/> values.</summary>
internal static class LiteralJson
{
    /// <summary>Reads one value that fills the whole text.</summary>
    /// <exception cref="FormatException">The text is not JSON; the message says where.</exception>
    public static Literal Parse(string text)
    {
        var reader = new Reader(text);
        var value = reader.Value();
        reader.End();
        return value;
    }

    /// <summary>Reads one value, or says why the text is none.</summary>
    public static Literal? TryParse(string text, out string problem)
    {
        try
        {
            problem = "";
            return Parse(text);
        }
        catch (FormatException exception)
        {
            problem = exception.Message;
            return null;
        }
    }

    /// <summary>The value a JSON pointer (RFC 6901) names; <c>-</c> is the last element of an array. Null when there is none.</summary>
    public static Literal? Find(Literal value, string pointer)
    {
        if (pointer.Length == 0)
        {
            return value;
        }

        Literal? found = value;
        foreach (var step in pointer.Split('/').Skip(1))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            found = found switch
            {
                LiteralObject members => members[name],
                LiteralArray array when name == "-" => array.Items.Count > 0 ? array.Items[^1] : null,
                LiteralArray array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) =>
                    index < array.Items.Count ? array.Items[index] : null,
                _ => null,
            };
        }

        return found;
    }

    private sealed class Reader(string text)
    {
        private int _at;

        private char Next => _at < text.Length ? text[_at] : '\0';

        public Literal Value()
        {
            Blanks();
            switch (Next)
            {
                case '{':
                    return Object();
                case '[':
                    return Array();
                case '"':
                    return new LiteralString(String());
                case 't':
                    return Word(LiteralWord.True);
                case 'f':
                    return Word(LiteralWord.False);
                case 'n':
                    return Word(LiteralWord.Null);
                default:
                    return Number();
            }
        }

        public void End()
        {
            Blanks();
            if (_at < text.Length)
            {
                throw Problem("text after the value");
            }
        }

        private LiteralObject Object()
        {
            var members = new List<KeyValuePair<string, Literal>>();
            _at++;
            Blanks();
            if (Next == '}')
            {
                _at++;
                return new LiteralObject(members);
            }

            while (true)
            {
                Blanks();
                if (Next != '"')
                {
                    throw Problem("a member's name expected");
                }

                var name = String();
                Blanks();
                Expect(':');
                members.Add(new(name, Value()));
                Blanks();
                if (Next == '}')
                {
                    _at++;
                    return new LiteralObject(members);
                }

                Expect(',');
            }
        }

        private LiteralArray Array()
        {
            var items = new List<Literal>();
            _at++;
            Blanks();
            if (Next == ']')
            {
                _at++;
                return new LiteralArray(items);
            }

            while (true)
            {
                items.Add(Value());
                Blanks();
                if (Next == ']')
                {
                    _at++;
                    return new LiteralArray(items);
                }

                Expect(',');
            }
        }

        private string String()
        {
            var value = new StringBuilder();
            for (_at++; ; _at++)
            {
                switch (Next)
                {
                    case '"':
                        _at++;
                        return value.ToString();
                    case '\\':
                        _at++;
                        value.Append(Escape());
                        break;
                    case < ' ':
                        throw Problem("string not ended, or a control character in it");
                    default:
                        value.Append(Next);
                        break;
                }
            }
        }

        private char Escape()
        {
            switch (Next)
            {
                case '"' or '\\' or '/':
                    return Next;
                case 'b':
                    return '\b';
                case 'f':
                    return '\f';
                case 'n':
                    return '\n';
                case 'r':
                    return '\r';
                case 't':
                    return '\t';
                case 'u' when _at + 4 < text.Length
                    && ushort.TryParse(text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                    _at += 4;
                    return (char)unit;
                default:
                    throw Problem("unknown escape");
            }
        }

        private LiteralNumber Number()
        {
            var start = _at;
            if (Next == '-')
            {
                _at++;
            }

            if (Next == '0')
            {
                _at++;
            }
            else
            {
                Digits();
            }

            if (Next == '.')
            {
                _at++;
                Digits();
            }

            if (Next is 'e' or 'E')
            {
                _at++;
                if (Next is '+' or '-')
                {
                    _at++;
                }

                Digits();
            }

            return new LiteralNumber(text[start.._at]);
        }

        private void Digits()
        {
            if (!char.IsAsciiDigit(Next))
            {
                throw Problem(_at < text.Length ? $"unexpected '{Next}'" : "unexpected end");
            }

            while (char.IsAsciiDigit(Next))
            {
                _at++;
            }
        }

        private LiteralWord Word(LiteralWord word)
        {
            if (string.CompareOrdinal(text, _at, word.Word, 0, word.Word.Length) != 0)
            {
                throw Problem("unknown word");
            }

            _at += word.Word.Length;
            return word;
        }

        private void Expect(char c)
        {
            if (Next != c)
            {
                throw Problem($"'{c}' expected");
            }

            _at++;
        }

        private void Blanks()
        {
            while (Next is ' ' or '\n' or '\r' or '\t')
            {
                _at++;
            }
        }

        private FormatException Problem(string what) => new($"{what} at character {_at}");
    }
}
