using CloudWall.Documents.Json;

namespace CloudWall.Mango.Selectors;

/// <summary>
/// A part of a selector: one operator or field, with what it applies to. As in CouchDB, every part has exactly one name; several
/// conditions are an <c>$and</c>.
/// </summary>
internal sealed class SelectorTerm
{
    /// <summary>The selector without conditions, which all documents match.</summary>
    public static readonly SelectorTerm Empty = new(string.Empty, [], default, isList: true);

    private readonly bool _isList;

    private SelectorTerm(string name, IReadOnlyList<SelectorTerm> terms, ReadOnlyMemory<byte> argument, bool isList)
    {
        Name = name;
        Terms = terms;
        Argument = argument;
        _isList = isList;
    }

    /// <summary>The operator's or field's name.</summary>
    public string Name { get; }

    /// <summary>The parts below; none where it has an argument.</summary>
    public IReadOnlyList<SelectorTerm> Terms { get; }

    /// <summary>The argument as JSON, of an operator that takes a value.</summary>
    public ReadOnlyMemory<byte> Argument { get; }

    /// <summary>Whether there are no conditions.</summary>
    public bool IsEmpty => ReferenceEquals(this, Empty);

    /// <summary>Whether it is an operator rather than a field.</summary>
    public bool IsOperator => Name is ['$', ..];

    /// <summary>Whether it combines several parts: <c>$and</c>, <c>$or</c>, <c>$nor</c>.</summary>
    public bool IsCombination => _isList && !IsEmpty;

    /// <summary>Whether it has an argument.</summary>
    public bool HasArgument => !Argument.IsEmpty;

    /// <summary>The one part below a field, <c>$not</c>, or an operator on elements.</summary>
    public SelectorTerm Inner => Terms[0];

    /// <summary>Makes a combination.</summary>
    public static SelectorTerm Of(string name, IReadOnlyList<SelectorTerm> terms) => new(name, terms, default, isList: true);

    /// <summary>Makes a field, or an operator that applies to one part.</summary>
    public static SelectorTerm Of(string name, SelectorTerm inner) => new(name, [inner], default, isList: false);

    /// <summary>Makes an operator that takes a value.</summary>
    public static SelectorTerm Of(string name, ReadOnlyMemory<byte> argument) => new(name, [], argument, isList: false);

    /// <summary>Whether it is the operator <c>$exists</c> with <c>false</c>.</summary>
    public bool IsAbsence => Name == "$exists" && Argument.Span[0] == 'f';

    /// <summary>Writes it as JSON.</summary>
    public void Write(JsonBuffer json)
    {
        if (IsEmpty)
        {
            json.Raw("{}"u8);
            return;
        }

        json.Raw("{"u8).Text(Name).Raw(":"u8);
        if (HasArgument)
        {
            json.Raw(Argument.Span);
        }
        else if (!_isList)
        {
            Inner.Write(json);
        }
        else
        {
            json.Raw("["u8);
            for (var i = 0; i < Terms.Count; i++)
            {
                json.Raw(i == 0 ? ""u8 : ","u8);
                Terms[i].Write(json);
            }

            json.Raw("]"u8);
        }

        json.Raw("}"u8);
    }

    /// <summary>It as JSON.</summary>
    public byte[] ToJson()
    {
        using var json = new JsonBuffer();
        Write(json);
        return json.WrittenSpan.ToArray();
    }
}
