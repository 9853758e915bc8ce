using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary>
/// The databases that <c>_all_dbs</c> or <c>_dbs_info</c> asks for: names by the parameters of views, in the order of their bytes.
/// Keys that are no strings come before every name.
/// </summary>
internal sealed class DatabaseRange
{
    private Bound? _start;
    private Bound? _end;
    private IReadOnlyList<string?>? _keys;
    private bool _descending;
    private bool _inclusiveEnd = true;
    private long _skip;
    private long _limit = long.MaxValue;

    private DatabaseRange()
    {
    }

    /// <summary>Reads the parameters; of those that are given twice the last counts.</summary>
    /// <exception cref="DocumentException">400: one is invalid.</exception>
    public static DatabaseRange Parse(Query query)
    {
        var range = new DatabaseRange();
        foreach (var (name, value) in query)
        {
            range.Apply(name, value);
        }

        return range;
    }

    /// <summary>The names in the range, in order.</summary>
    public IEnumerable<string> Select(IReadOnlyList<string> names)
    {
        IEnumerable<string> selected;
        if (_keys is not null)
        {
            var known = names.ToHashSet(StringComparer.Ordinal);
            selected = _keys.Where(key => key is not null && known.Contains(key))!;
        }
        else
        {
            selected = (_descending ? names.Reverse() : names).Where(IsWithin);
        }

        return selected.Skip((int)Math.Min(_skip, int.MaxValue)).Take((int)Math.Min(_limit, int.MaxValue));
    }

    private void Apply(string name, string value)
    {
        switch (name)
        {
            case "key":
                _start = _end = Bound.Parse(value);
                break;
            case "keys":
                ApplyKeys(value);
                break;
            case "startkey" or "start_key":
                _start = Bound.Parse(value);
                break;
            case "endkey" or "end_key":
                _end = Bound.Parse(value);
                break;
            case "limit":
                _limit = Query.ParseNonNegative(value);
                break;
            case "skip":
                _skip = Query.ParseNonNegative(value);
                break;
            case "descending":
                _descending = Query.ParseBoolean(value);
                break;
            case "inclusive_end":
                _inclusiveEnd = Query.ParseBoolean(value);
                break;
        }
    }

    private void ApplyKeys(string value)
    {
        var keys = JsonList.Texts(Encoding.UTF8.GetBytes(value)) ?? throw HttpErrors.BadRequest("`keys` parameter must be an array.");
        if (keys.Count == 1)
        {
            _start = _end = new Bound(keys[0]);
        }
        else
        {
            _keys = keys;
        }
    }

    private bool IsWithin(string name)
    {
        var sign = _descending ? -1 : 1;
        if (_start is { } start && sign * start.CompareTo(name) > 0)
        {
            return false;
        }

        return _end is not { } end || sign * end.CompareTo(name) is > 0 or 0 && (_inclusiveEnd || end.CompareTo(name) != 0);
    }

    private readonly record struct Bound(string? Text)
    {
        public static Bound Parse(string json) => new(JsonMember.TextOf(Encoding.UTF8.GetBytes(json)));

        public int CompareTo(string name) => Text is null ? -1 : Utf8Order.Instance.Compare(Text, name);
    }
}
