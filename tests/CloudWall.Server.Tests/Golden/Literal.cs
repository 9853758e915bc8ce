using System.Globalization;
using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>
/// A JSON value that keeps what other readers give up: the text of a number, the order of members, and members that share a name.
/// </summary>
internal abstract class Literal
{
    /// <summary>Writes the value as JSON without blanks.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    /// <summary>The same value with every string and member name mapped.</summary>
    public abstract Literal MapStrings(Func<string, string> map);

    protected abstract void Write(StringBuilder text);

    protected static void WriteValue(StringBuilder text, Literal value) => value.Write(text);

    protected static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var pair = char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
            if (pair)
            {
                text.Append(c).Append(value[++i]);
            }
            else if (c is '"' or '\\')
            {
                text.Append('\\').Append(c);
            }
            else if (char.IsSurrogate(c) || char.IsControl(c))
            {
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(c);
            }
        }

        text.Append('"');
    }
}

/// <summary>A number, known by its text only: <c>1.0</c> is not <c>1</c>.</summary>
internal sealed class LiteralNumber(string text) : Literal
{
    public string Text { get; } = text;

    public double Approximate => double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    public bool IsInteger => Text.AsSpan().IndexOfAny('.', 'e', 'E') < 0;

    public override Literal MapStrings(Func<string, string> map) => this;

    protected override void Write(StringBuilder text) => text.Append(Text);
}

/// <summary>A string.</summary>
internal sealed class LiteralString(string value) : Literal
{
    public string Value { get; } = value;

    public override Literal MapStrings(Func<string, string> map) => new LiteralString(map(Value));

    protected override void Write(StringBuilder text) => WriteString(text, Value);
}

/// <summary><c>true</c>, <c>false</c> or <c>null</c>.</summary>
internal sealed class LiteralWord : Literal
{
    public static readonly LiteralWord True = new("true");
    public static readonly LiteralWord False = new("false");
    public static readonly LiteralWord Null = new("null");

    private LiteralWord(string word) => Word = word;

    public string Word { get; }

    public override Literal MapStrings(Func<string, string> map) => this;

    protected override void Write(StringBuilder text) => text.Append(Word);
}

/// <summary>An array.</summary>
internal sealed class LiteralArray(IReadOnlyList<Literal> items) : Literal
{
    public IReadOnlyList<Literal> Items { get; } = items;

    public override Literal MapStrings(Func<string, string> map) => new LiteralArray([.. Items.Select(item => item.MapStrings(map))]);

    protected override void Write(StringBuilder text)
    {
        text.Append('[');
        for (var i = 0; i < Items.Count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            WriteValue(text, Items[i]);
        }

        text.Append(']');
    }
}

/// <summary>An object: its members in their order, duplicates included.</summary>
internal sealed class LiteralObject(IReadOnlyList<KeyValuePair<string, Literal>> members) : Literal
{
    public IReadOnlyList<KeyValuePair<string, Literal>> Members { get; } = members;

    /// <summary>The last member of that name, or null.</summary>
    public Literal? this[string name]
    {
        get
        {
            for (var i = Members.Count - 1; i >= 0; i--)
            {
                if (Members[i].Key == name)
                {
                    return Members[i].Value;
                }
            }

            return null;
        }
    }

    /// <summary>The object without the members of that name.</summary>
    public LiteralObject Without(string name) => new([.. Members.Where(member => member.Key != name)]);

    /// <summary>The object with that member, in place of those that had its name.</summary>
    public LiteralObject With(string name, Literal value) => new([.. Without(name).Members, new(name, value)]);

    public override Literal MapStrings(Func<string, string> map) =>
        new LiteralObject([.. Members.Select(member => KeyValuePair.Create(map(member.Key), member.Value.MapStrings(map)))]);

    protected override void Write(StringBuilder text)
    {
        text.Append('{');
        for (var i = 0; i < Members.Count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            WriteString(text, Members[i].Key);
            text.Append(':');
            WriteValue(text, Members[i].Value);
        }

        text.Append('}');
    }
}
