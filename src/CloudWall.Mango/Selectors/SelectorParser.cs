using System.Runtime.CompilerServices;
using CloudWall.Mango.Matching;
using CloudWall.Mango.Patterns;

namespace CloudWall.Mango.Selectors;

/// <summary>
/// Reads a selector, and makes implicit operators explicit: a value means <c>$eq</c>, several members <c>$and</c>. Arguments are checked
/// (CouchDB's <c>mango_selector:norm_ops</c>).
/// </summary>
internal sealed class SelectorParser
{
    /// <summary>How deep terms may be nested. CouchDB has no limit.</summary>
    public const int MostLevels = 1200;

    /// <summary>How many terms there may be.</summary>
    public const int MostTerms = 250_000;

    private readonly ReadOnlyMemory<byte> _json;
    private int _next;
    private int _depth;
    private int _terms;

    private SelectorParser(ReadOnlyMemory<byte> json) => _json = json;

    private ReadOnlySpan<byte> Json => _json.Span;

    /// <summary>Reads a selector.</summary>
    /// <param name="json">An object in normal form.</param>
    /// <exception cref="Documents.DocumentException">400, with the name of the fault.</exception>
    public static SelectorTerm Parse(ReadOnlyMemory<byte> json) => new SelectorParser(json).Read();

    private SelectorTerm Read()
    {
        if (++_depth > MostLevels || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw MangoErrors.TooDeep(MostLevels);
        }

        if (++_terms > MostTerms)
        {
            throw MangoErrors.TooLarge();
        }

        var term = Json[_next] == '{' && Json[_next + 1] != '}' ? ReadMembers() : SelectorTerm.Of("$eq", TakeValue());
        _depth--;
        return term;
    }

    private SelectorTerm ReadMembers()
    {
        _next++;
        var first = ReadMember();
        if (Json[_next++] == '}')
        {
            return first;
        }

        var terms = new List<SelectorTerm> { first };
        do
        {
            terms.Add(ReadMember());
        }
        while (Json[_next++] == ',');

        return SelectorTerm.Of("$and", terms);
    }

    private SelectorTerm ReadMember()
    {
        var end = NormalScan.SkipText(Json, _next);
        var name = NormalScan.Text(Json[_next..end]);
        _next = end + 1;
        var kind = Json[_next];
        switch (name)
        {
            case "$and" or "$or" or "$nor":
                return kind == '[' ? SelectorTerm.Of(name, ReadList()) : throw BadArgument(name);
            case "$not" or "$elemMatch" or "$allMatch" or "$keyMapMatch":
                return kind == '{' ? SelectorTerm.Of(name, Read()) : throw BadArgument(name);
            case "$in" or "$nin" or "$all":
                return kind == '[' ? Argument(name) : throw BadArgument(name);
            case "$exists":
                return kind is (byte)'t' or (byte)'f' ? Argument(name) : throw BadArgument(name);
            case "$type":
                return kind == '"' ? Argument(name) : throw BadArgument(name);
            case "$mod":
                return IsDivision(Peek()) ? Argument(name) : throw BadArgument(name);
            case "$regex" when kind == '"':
                return Pattern.TryParse(NormalScan.Decode(Peek())) is not null ? Argument(name) : throw BadArgument(name);
            case "$beginsWith" when kind == '"':
                return Argument(name);
            case "$size":
                return NormalScan.IsInteger(Peek()) && kind != '-' ? Argument(name) : throw BadArgument(name);
            case "$text":
                return kind is not ((byte)'n' or (byte)'{' or (byte)'[')
                    ? SelectorTerm.Of("$default", Argument(name))
                    : throw BadArgument(name);
            case "$default":
                return Read() is { Name: "$default" } text ? text : throw MangoErrors.BadField(_json.Span);
            case "$lt" or "$lte" or "$eq" or "$ne" or "$gte" or "$gt":
                return Argument(name);
            case "$where" or "$geoWithin" or "$geoIntersects" or "$near" or "$nearSphere":
                throw MangoErrors.NotSupported(name);
            case ['$', ..]:
                throw MangoErrors.NoOperator(name);
            default:
                return SelectorTerm.Of(name, Read());
        }
    }

    private List<SelectorTerm> ReadList()
    {
        var terms = new List<SelectorTerm>();
        for (_next++; Json[_next] != ']';)
        {
            terms.Add(Read());
            if (Json[_next] == ',')
            {
                _next++;
            }
        }

        _next++;
        return terms;
    }

    private static bool IsDivision(ReadOnlySpan<byte> json)
    {
        if (json[0] != '[')
        {
            return false;
        }

        var count = 0;
        var numbers = new Elements(json);
        while (numbers.MoveNext())
        {
            if (++count > 2 || !NormalScan.IsInteger(numbers.Current))
            {
                return false;
            }
        }

        return count == 2;
    }

    private SelectorTerm Argument(string name) => SelectorTerm.Of(name, TakeValue());

    private ReadOnlyMemory<byte> TakeValue()
    {
        var start = _next;
        _next = NormalScan.SkipValue(Json, start);
        return _json[start.._next];
    }

    private ReadOnlySpan<byte> Peek() => Json[_next..NormalScan.SkipValue(Json, _next)];

    private Documents.DocumentException BadArgument(string name) => MangoErrors.BadArgument(name, Peek());
}
