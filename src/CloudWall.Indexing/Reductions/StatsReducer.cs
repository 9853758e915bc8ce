using System.Buffers;
using System.Text;
using CloudWall.Documents;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>
/// <c>_stats</c> of numbers, of arrays of numbers by position, and of objects with precomputed statistics. The states are values.
/// </summary>
internal sealed class StatsReducer : BuiltinReducer
{
    private static readonly string[] Names = ["sum", "count", "min", "max", "sumsqr"];

    protected override byte[] Reduce(IReadOnlyList<ReduceRow> rows)
    {
        var stats = Begin(SumValue.Read(rows[0].Value.Span));
        for (var i = 1; i < rows.Count; i++)
        {
            stats = Add(SumValue.Read(rows[i].Value.Span), stats);
        }

        return stats.ToJson();
    }

    protected override byte[] Rereduce(IReadOnlyList<byte[]> states)
    {
        var stats = Begin(SumValue.Read(states[0]));
        for (var i = 1; i < states.Count; i++)
        {
            stats = Add(SumValue.Read(states[i]), stats);
        }

        return stats.ToJson();
    }

    private static Stats Begin(SumValue value) =>
        value.Items is { } items ? new Stats(null, items.ConvertAll(Begin))
        : value.Number is { } number ? Of(number)
        : value.Members is not null ? Unpack(value)
        : throw ReductionErrors.Invalid($"non-numeric _stats input: {ErlangText.Write(value, strings: false)}");

    private static Stats Add(SumValue value, Stats sum)
    {
        if (value.Items is { } items && sum.Items is { } sums)
        {
            return items.Count == sums.Count
                ? new Stats(null, [.. items.Zip(sums, Add)])
                : throw Refuse(ErlangText.Write(value, strings: true));
        }

        var next = value.Number is { } number ? Of(number)
            : value.Members is not null ? Unpack(value)
            : throw Refuse(ErlangText.Write(value, strings: true));
        return sum.Numbers is not null
            ? new Stats(Merge(next.Numbers!, sum.Numbers), null)
            : throw Refuse($"{{{string.Join(',', next.Numbers!.Select(static member => member.ToString()))}}}");
    }

    private static ErlangNumber[] Merge(ErlangNumber[] a, ErlangNumber[] b) =>
        [a[0] + b[0], a[1] + b[1], a[2].CompareTo(b[2]) <= 0 ? a[2] : b[2], a[3].CompareTo(b[3]) >= 0 ? a[3] : b[3], a[4] + b[4]];

    private static Stats Of(ErlangNumber number) => new([number, ErlangNumber.Of(1), number, number, number * number], null);

    private static Stats Unpack(SumValue value)
    {
        var numbers = new ErlangNumber[Names.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            var member = value.Members!.Find(candidate => candidate.Name == Names[i]).Value
                ?? throw ReductionErrors.Invalid(
                    $"user _stats input missing required field {Names[i]} ({ErlangText.WriteMembers(value, strings: true)})");
            numbers[i] = member.Number ?? throw ReductionErrors.Invalid(
                $"non-numeric _stats input received for {Names[i]}: {ErlangText.Write(member, strings: false)}");
        }

        return new Stats(numbers, null);
    }

    private static DocumentException Refuse(string value) => ReductionErrors.Invalid(
        $"The _stats function requires that map values be numbers or arrays of numbers, not '{value}'");

    /// <summary>Five numbers, or one such record for each position of an array.</summary>
    private sealed record Stats(ErlangNumber[]? Numbers, List<Stats>? Items)
    {
        public byte[] ToJson()
        {
            var output = new ArrayBufferWriter<byte>();
            Write(output);
            return output.WrittenSpan.ToArray();
        }

        private void Write(IBufferWriter<byte> output)
        {
            for (var i = 0; i < (Numbers?.Length ?? 0); i++)
            {
                output.Write(Encoding.ASCII.GetBytes($"{(i == 0 ? '{' : ',')}\"{Names[i]}\":"));
                Numbers![i].Write(output);
            }

            for (var i = 0; i < (Items?.Count ?? 0); i++)
            {
                output.Write(i == 0 ? "["u8 : ","u8);
                Items![i].Write(output);
            }

            output.Write(Numbers is not null ? "}"u8 : Items!.Count == 0 ? "[]"u8 : "]"u8);
        }
    }
}
