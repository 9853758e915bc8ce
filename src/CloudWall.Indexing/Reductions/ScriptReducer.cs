using System.Text;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>
/// A reduce function of the design document. Its states are its values, or the error of a value that did not shrink, marked with a first
/// byte that no JSON begins with. A state that includes such a state has the same error.
/// </summary>
internal sealed class ScriptReducer(string source, ViewFunctions functions) : Reducer
{
    private const byte OverflowMark = 0;

    public override bool AlwaysRereduces => true;

    public override IReadOnlyList<byte[]> Reduce(IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation) =>
        [.. functions.Reduce(source, groups, cancellation).Select(ToState)];

    public override IReadOnlyList<byte[]> Rereduce(IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation)
    {
        var states = new byte[groups.Count][];
        var rest = new List<IReadOnlyList<byte[]>>(states.Length);
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = groups[i].FirstOrDefault(IsOverflow)!;
            if (states[i] is null)
            {
                rest.Add(groups[i]);
            }
        }

        var results = rest.Count == 0 ? [] : functions.Rereduce(source, rest, cancellation);
        for (int i = 0, next = 0; i < states.Length; i++)
        {
            states[i] ??= ToState(results[next++]);
        }

        return states;
    }

    public override string? OverflowOf(byte[] state) => IsOverflow(state) ? Encoding.UTF8.GetString(state.AsSpan(1)) : null;

    private static bool IsOverflow(byte[] state) => state is [OverflowMark, ..];

    private static byte[] ToState(ReduceResult result) =>
        result.Overflow is { } reason ? [OverflowMark, .. Encoding.UTF8.GetBytes(reason)] : result.Value;
}
