using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// The members of an argument that a function can see. The engine takes longer to read a document or a request than most functions run, so
/// the rest is left out.
/// </summary>
internal sealed class SeenMembers
{
    /// <summary>What is nested deep may be more than the engine can read: then nothing is left out, so that it still is.</summary>
    private const int MostBrackets = 1000;

    /// <summary>So many names are compared with each member of an argument; where there are more, they are looked up.</summary>
    private const int FewNames = 8;

    /// <summary>How many bytes of JSON a character has at most: those of an escape.</summary>
    private const int Escape = 6;

    private readonly HashSet<string>? _names;
    private readonly byte[][] _utf8;
    private readonly int _longest;

    private SeenMembers(HashSet<string>? names)
    {
        _names = names;
        _utf8 = names is null or { Count: > FewNames } ? [] : [.. names.Select(Encoding.UTF8.GetBytes)];
        _longest = names is { Count: > FewNames } ? names.Max(static name => name.Length) : 0;
    }

    /// <summary>All of it, since the function may look at it in any way.</summary>
    public static SeenMembers All { get; } = new(null);

    /// <summary>None: the function can only see whether it is there.</summary>
    public static SeenMembers None { get; } = new([]);

    /// <summary>What map functions can see of a document, and what the driver does: it names those that fail.</summary>
    public static SeenMembers OfMaps(IEnumerable<string> functions, SourceTraits[] traits)
    {
        // What is too long to be looked into may see all.
        if (Array.Exists(traits, static function => !function.IsClosed))
        {
            return All;
        }

        var seen = Of("_id");
        foreach (var function in functions)
        {
            if (SourceArguments.Read(function)?.Of(0).Names is not { } names)
            {
                return All;
            }

            seen = seen.And(names);
        }

        return seen;
    }

    /// <summary>These members, and whether it is there.</summary>
    public static SeenMembers Of(params IEnumerable<string> names) => new(new HashSet<string>(names, StringComparer.Ordinal));

    /// <summary>The members' names; null where all of it is seen.</summary>
    public IReadOnlyCollection<string>? Names => _names;

    /// <summary>These and others.</summary>
    public SeenMembers And(params IEnumerable<string> names) => _names is null ? this : Of(_names.Concat(names));

    /// <summary>Writes what is seen of an argument. Members keep their order, also where several have one name.</summary>
    /// <param name="command">Where to.</param>
    /// <param name="json">The argument as JSON; empty for <c>null</c>.</param>
    public void Write(Command command, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            command.Raw("null"u8);
        }
        else if (_names is null || json[0] != '{'
            || json.Count((byte)'{') + json.Count((byte)'[') > MostBrackets || !TryWrite(command, json))
        {
            command.Raw(json);
        }
    }

    private bool TryWrite(Command command, ReadOnlySpan<byte> json)
    {
        var start = command.Written.Length;
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            command.Raw("{"u8);
            var isFirst = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = (int)reader.TokenStartIndex;
                var isSeen = IsSeen(reader);
                reader.Skip();
                if (isSeen)
                {
                    command.Raw(isFirst ? ""u8 : ","u8).Raw(json[name..(int)reader.BytesConsumed]);
                    isFirst = false;
                }
            }

            if (!reader.Read())
            {
                command.Raw("}"u8);
                return true;
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The engine may take it otherwise, as it does half of a surrogate pair in a name, or say what is wrong with it.
        }

        command.Rewind(start);
        return false;
    }

    private bool IsSeen(in Utf8JsonReader reader)
    {
        if (_longest > 0)
        {
            return reader.ValueSpan.Length <= Escape * _longest && IsAmong(reader, _names!);
        }

        foreach (var name in _utf8)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAmong(in Utf8JsonReader reader, HashSet<string> names)
    {
        var length = reader.ValueSpan.Length;
        var rented = length > 256 ? ArrayPool<char>.Shared.Rent(length) : null;
        try
        {
            var text = rented ?? stackalloc char[length];
            return names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[..reader.CopyString(text)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }
}
