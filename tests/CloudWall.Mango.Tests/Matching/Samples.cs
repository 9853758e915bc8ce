using CsCheck;

namespace CloudWall.Mango.Tests.Matching;

/// <summary>Random documents and selectors that have much in common, so that some match.</summary>
internal static class Samples
{
    private static readonly string[] Names = ["a", "b", "c", "é", "_id"];

    private static readonly Gen<string> Name = OneOf(Names);

    private static readonly Gen<string> Path = Gen.Frequency(
        (4, Name),
        (2, Gen.Select(Name, Name, static (one, other) => $"{one}.{other}")),
        (1, Gen.Select(Name, Gen.Int[0, 2], static (name, at) => $"{name}.{at}")));

    private static readonly Gen<string> Scalar = OneOf(
        "null", "true", "false", "0", "1", "2", "-1", "1.0", "1.5", "3", "9007199254740993", "\"\"", "\"a\"", "\"b\"", "\"A\"", "\"ab\"", "\"é\"", "\"a\\n\"");

    public static readonly Gen<string> Value = Gen.Recursive<string>(static (depth, value) => depth >= 3
        ? Scalar
        : Gen.Frequency(
            (4, Scalar),
            (1, value.Array[0, 3].Select(static items => $"[{string.Join(',', items)}]")),
            (1, Object(value))));

    /// <summary>Documents without an id.</summary>
    public static readonly Gen<string> Body = Object(Value);

    /// <summary>Documents.</summary>
    public static readonly Gen<string> Document = Gen.Select(
        OneOf("a", "b", "B", "x"),
        Object(Value),
        static (id, body) => $"{{\"_id\":\"{id}\"{(body == "{}" ? "" : ",")}{body[1..]}");

    /// <summary>Selectors.</summary>
    public static readonly Gen<string> Selector = Gen.Recursive<string>(static (depth, selector) => depth >= 3
        ? OfFields
        : Gen.Frequency(
            (4, OfFields),
            (1, Gen.Select(OneOf("$and", "$or", "$nor"), selector.Array[0, 3], static (name, terms) => $"{{\"{name}\":[{string.Join(',', terms)}]}}")),
            (1, selector.Select(static term => $"{{\"$not\":{term}}}"))));

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string> OfFields => Gen.Select(Path, Condition, static (path, condition) => $"\"{path}\":{condition}").Array[1, 2]
        .Select(static members => members.DistinctBy(static member => member.Split(':')[0]).ToArray())
        .Select(static members => $"{{{string.Join(',', members)}}}");

    private static Gen<string> Condition => Gen.Recursive<string>(static (depth, condition) => depth >= 3
        ? Operator
        : Gen.Frequency(
            (6, Operator),
            (1, Gen.Select(Operator, Operator, static (one, other) => Merge(one, other))),
            (1, Gen.Select(OneOf("$elemMatch", "$allMatch", "$keyMapMatch"), condition, static (name, inner) =>
                $"{{\"{name}\":{(inner.StartsWith('{') ? inner : $"{{\"$eq\":{inner}}}")}}}")),
            (1, condition.Select(static inner => $"{{\"$not\":{(inner.StartsWith('{') ? inner : $"{{\"$eq\":{inner}}}")}}}")),
            (1, Gen.Select(OneOf("$or", "$nor"), condition.Array[0, 2], static (name, inner) => $"{{\"{name}\":[{string.Join(',', inner)}]}}"))));

    private static Gen<string> Operator => Gen.Frequency(
        (2, Value.Where(static value => !value.Contains('$', StringComparison.Ordinal))),
        (5, Gen.Select(OneOf("$eq", "$ne", "$lt", "$lte", "$gt", "$gte"), Value, static (name, value) => $"{{\"{name}\":{value}}}")),
        (3, Gen.Select(OneOf("$in", "$nin", "$all"), Value.Array[0, 12], static (name, values) => $"{{\"{name}\":[{string.Join(',', values)}]}}")),
        (1, Gen.Bool.Select(static value => $"{{\"$exists\":{(value ? "true" : "false")}}}")),
        (1, OneOf("null", "boolean", "number", "string", "array", "object", "x").Select(static type => $"{{\"$type\":\"{type}\"}}")),
        (1, Gen.Select(Gen.Int[-2, 3], Gen.Int[-1, 1], static (divisor, rest) => $"{{\"$mod\":[{divisor},{rest}]}}")),
        (1, Gen.Int[0, 3].Select(static size => $"{{\"$size\":{size}}}")),
        (1, OneOf("", "a", "ab", "é").Select(static text => $"{{\"$beginsWith\":\"{text}\"}}")));

    private static Gen<string> Object(Gen<string> value) => Gen.Select(Name.Where(static name => name != "_id").Array[0, 3], value.Array[3])
        .Select(static pair => pair.Item1.Distinct().Select((name, i) => $"\"{name}\":{pair.Item2[i]}"))
        .Select(static members => $"{{{string.Join(',', members)}}}");

    private static string Merge(string one, string other) =>
        one is ['{', '"', '$', ..] && other is ['{', '"', '$', ..] && one.Split(':')[0] != other.Split(':')[0] ? $"{one[..^1]},{other[1..]}" : one;
}
