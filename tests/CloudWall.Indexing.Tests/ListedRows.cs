using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Tests;

/// <summary>
/// Documents with the member <c>late</c> are those for which there is too little time.
/// Functions of a design document in which documents list their rows: <c>{"rows":[[view, key, value], …]}</c>. Its one reduce function
/// depends on the order of values, which are numbers or texts, and cannot be undone: the greatest number, a sum over all texts, and how all
/// texts after one another begin and end.
/// </summary>
internal sealed class ListedRows : ViewFunctions
{
    public const string Custom = "function (keys, values, rereduce) { … }";

    /// <summary>A function that puts all values after one another, which overflows where they are more than <see cref="MostJoined"/> bytes.</summary>
    public const string Joined = "function (keys, values, rereduce) { return values.join(''); }";

    public const int MostJoined = 300;

    private int _mapped;
    private int _reduced;

    /// <summary>How many documents have been mapped.</summary>
    public int Mapped => _mapped;

    /// <summary>How many documents were mapped in one call, at most.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>How many bytes of rows came out of one call, at most.</summary>
    public int MostBytes { get; private set; }

    /// <summary>How many rows and values have been reduced.</summary>
    public int Reduced => _reduced;

    /// <summary>Called before documents are mapped.</summary>
    public Action BeforeMap { get; set; } = static () => { };

    /// <summary>Called after documents were found to be wanted, before they are mapped.</summary>
    public Action BeforeRows { get; set; } = static () => { };

    /// <summary>Called before rows are reduced.</summary>
    public Action BeforeReduce { get; set; } = static () => { };

    public static string CustomOf(IEnumerable<string> values)
    {
        var (most, sum) = (long.MinValue, 0L);
        var texts = new StringBuilder();
        foreach (var value in values)
        {
            sum += Weigh(value);
            if (long.TryParse(value, CultureInfo.InvariantCulture, out var number))
            {
                most = Math.Max(most, number);
            }

            texts.Append(value);
        }

        return Write(most, sum, texts.ToString(), texts.ToString());
    }

    /// <summary>
    /// What of a line that ends with a value of <see cref="Custom"/> does not depend on the order in which it was given its values.
    /// </summary>
    public static string WithoutOrder(string line) =>
        line[..line.LastIndexOf(",\"", line.LastIndexOf(",\"", StringComparison.Ordinal), StringComparison.Ordinal)];

    public override int Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, EmittedRows rows, CancellationToken cancellation)
    {
        BeforeMap();
        cancellation.ThrowIfCancellationRequested();
        BeforeRows();
        var (done, bytes) = (0, 0);
        for (; done < documents.Count && (done == 0 || bytes < room); done++)
        {
            var i = done;
            using var document = JsonDocument.Parse(documents[i]);
            if (document.RootElement.TryGetProperty("rows", out var listed))
            {
                foreach (var row in listed.EnumerateArray())
                {
                    rows.Add(
                        i, row[0].GetInt32(), Encoding.UTF8.GetBytes(row[1].GetRawText()), Encoding.UTF8.GetBytes(row[2].GetRawText()));
                    bytes += row.GetRawText().Length;
                }
            }

            if (document.RootElement.TryGetProperty("late", out _))
            {
                rows.RanOutOfTime(i);
                done++;
                break;
            }
        }

        MostAtOnce = Math.Max(MostAtOnce, done);
        MostBytes = Math.Max(MostBytes, bytes);
        Interlocked.Add(ref _mapped, done);
        return done;
    }

    public override IReadOnlyList<ReduceResult> Reduce(
        string function, IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation)
    {
        Assert.All(groups, static group => Assert.NotEmpty(group));
        BeforeReduce();
        Interlocked.Add(ref _reduced, groups.Sum(static group => group.Count));
        if (function == Joined)
        {
            return [.. groups.Select(static group => Join(group.Select(static row => row.Value)))];
        }

        Assert.Equal(Custom, function);
        return [.. groups.Select(static group => new ReduceResult(Encoding.UTF8.GetBytes(
            CustomOf(group.Select(static row => Encoding.UTF8.GetString(row.Value.Span))))))];
    }

    public override IReadOnlyList<ReduceResult> Rereduce(
        string function, IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation)
    {
        Assert.All(groups, static group => Assert.NotEmpty(group));
        Interlocked.Add(ref _reduced, groups.Sum(static group => group.Count));
        if (function == Joined)
        {
            return [.. groups.Select(static group => Join(group.Select(static value => new ReadOnlyMemory<byte>(value))))];
        }

        Assert.Equal(Custom, function);
        return [.. groups.Select(static group =>
        {
            var (most, sum) = (long.MinValue, 0L);
            var starts = new StringBuilder();
            var ends = new StringBuilder();
            foreach (var value in group)
            {
                using var parsed = JsonDocument.Parse(value);
                most = Math.Max(most, parsed.RootElement[0].GetInt64());
                sum += parsed.RootElement[1].GetInt64();
                starts.Append(starts.Length < 8 ? parsed.RootElement[2].GetString() : null);
                ends.Append(parsed.RootElement[3].GetString());
            }

            return new ReduceResult(Encoding.UTF8.GetBytes(Write(most, sum, starts.ToString(), ends.ToString())));
        })];
    }

    protected override void Dispose(bool disposing)
    {
    }

    private static ReduceResult Join(IEnumerable<ReadOnlyMemory<byte>> values)
    {
        var joined = string.Concat(values.Select(static value => JsonSerializer.Deserialize<string>(value.Span)));
        return joined.Length > MostJoined
            ? ReduceResult.Overflowed($"more than {MostJoined}")
            : new ReduceResult(JsonSerializer.SerializeToUtf8Bytes(joined));
    }

    /// <summary>A number that other values hardly have, nor their sums.</summary>
    private static long Weigh(string value) => value.Aggregate(17L, static (sum, next) => (sum * 1009) + next);

    private static string Write(long most, long sum, string start, string end) => string.Create(
        CultureInfo.InvariantCulture, $"[{most},{sum},\"{start[..Math.Min(8, start.Length)]}\",\"{end[^Math.Min(8, end.Length)..]}\"]");
}
