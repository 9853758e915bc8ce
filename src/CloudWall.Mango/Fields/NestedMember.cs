using CloudWall.Documents.Json;
using CloudWall.Mango.Matching;

namespace CloudWall.Mango.Fields;

/// <summary>A member of an object that is put together from values at paths: a value, or an object of such members.</summary>
/// <param name="name">Its name; of no meaning for the outermost.</param>
internal sealed class NestedMember(string name)
{
    private readonly List<NestedMember> _members = [];
    private Found _value;

    private string Name => name;

    /// <summary>Puts a value at a path. What is below a value stays as it is.</summary>
    /// <param name="path">The path.</param>
    /// <param name="value">Where the value is, in the text that <see cref="Write"/> gets.</param>
    public void Set(IReadOnlyList<string> path, Found value)
    {
        var member = this;
        foreach (var part in path)
        {
            if (member._value.IsThere)
            {
                return;
            }

            member = member.GetOrAdd(part);
        }

        member._value = value;
    }

    /// <summary>Writes it.</summary>
    public void Write(JsonBuffer output, ReadOnlySpan<byte> text)
    {
        if (_value.IsThere)
        {
            output.Raw(text[_value.Start.._value.End]);
            return;
        }

        output.Raw("{"u8);
        WriteMembers(output, text, isFirst: true);
        output.Raw("}"u8);
    }

    /// <summary>Writes the members of an object.</summary>
    public void WriteMembers(JsonBuffer output, ReadOnlySpan<byte> text, bool isFirst)
    {
        foreach (var member in _members)
        {
            output.Raw(isFirst ? ""u8 : ","u8).Text(member.Name).Raw(":"u8);
            member.Write(output, text);
            isFirst = false;
        }
    }

    private NestedMember GetOrAdd(string wanted)
    {
        var found = _members.Find(member => member.Name == wanted);
        if (found is null)
        {
            _members.Add(found = new NestedMember(wanted));
        }

        return found;
    }
}
