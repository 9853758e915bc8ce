using System.Collections.Concurrent;
using System.Text;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Views;
using CloudWall.Scripting;
using CloudWall.Scripting.Views;

namespace CloudWall.DesignDocuments.Views;

/// <summary>Adapts the map and reduce functions of a design document to the interface of indexes.</summary>
/// <param name="host">Compiles and runs functions.</param>
/// <param name="scope">The scope of the functions: the database's name.</param>
/// <param name="group">The views.</param>
/// <param name="mapped">Called after each call of map functions, with the numbers of documents and rows.</param>
public sealed class ScriptViewFunctions(ScriptHost host, string scope, ViewGroup group, Action<int, int>? mapped = null) : ViewFunctions
{
    private readonly ConcurrentDictionary<string, ReduceSource> _reductions = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, EmittedRows rows, CancellationToken cancellation)
    {
        try
        {
            using var results = host.Maps(scope, group.Maps).Map(documents, room, cancellation);
            for (var i = 0; i < results.Count; i++)
            {
                var row = results[i];
                rows.Add(row.Document, row.Function, row.Key.Span, row.Value.Span);
            }

            if (results.RanOutOfTime)
            {
                rows.RanOutOfTime(results.Documents - 1);
            }

            mapped?.Invoke(results.Documents, results.Count);
            return results.Documents;
        }
        catch (ScriptException failure)
        {
            throw Refusal(failure);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ReduceResult> Reduce(
        string function, IReadOnlyList<IReadOnlyList<Indexing.Views.ReduceRow>> groups, CancellationToken cancellation)
    {
        try
        {
            var functions = Functions(function);
            var results = new ReduceResult[groups.Count];
            for (var i = 0; i < results.Length; i++)
            {
                var rows = new Scripting.Views.ReduceRow[groups[i].Count];
                for (var row = 0; row < rows.Length; row++)
                {
                    // CouchDB passes the rows to the function in reverse order of the view.
                    var (key, id, value) = groups[i][^(row + 1)];
                    rows[row] = new Scripting.Views.ReduceRow(key, Quote(id.Span), value);
                }

                results[i] = Guard(() => functions.Reduce(rows, cancellation)[0]);
            }

            return results;
        }
        catch (ScriptException failure)
        {
            throw Refusal(failure);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ReduceResult> Rereduce(
        string function, IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation)
    {
        try
        {
            var functions = Functions(function);
            var results = new ReduceResult[groups.Count];
            for (var i = 0; i < results.Length; i++)
            {
                ReadOnlyMemory<byte>[] values = [.. groups[i].Select(static value => new ReadOnlyMemory<byte>(value))];
                results[i] = Guard(() => functions.Rereduce(0, values, cancellation));
            }

            return results;
        }
        catch (ScriptException failure)
        {
            throw Refusal(failure);
        }
    }

    /// <summary>The error that a client gets for a failure.</summary>
    public static DocumentException Refusal(ScriptException failure) =>
        new(failure.IsOfLoad ? ScriptErrors.Of(failure) : new DocumentError(500, failure.Error, failure.Reason));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private static byte[] Quote(ReadOnlySpan<byte> id)
    {
        if (id.IndexOfAny((byte)'"', (byte)'\\') >= 0 || id.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0)
        {
            using var json = new JsonBuffer();
            return json.Text(Encoding.UTF8.GetString(id)).WrittenSpan.ToArray();
        }

        var quoted = new byte[id.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        id.CopyTo(quoted.AsSpan(1));
        return quoted;
    }

    /// <summary>
    /// Turns a result that does not shrink into an error of its group alone. Any other failure ends the build or the query.
    /// </summary>
    private static ReduceResult Guard(Func<ReadOnlyMemory<byte>> reduce)
    {
        try
        {
            return new ReduceResult(NormalJson.Parse(reduce().Span).Utf8.ToArray());
        }
        catch (ScriptException failure) when (failure.Error == "reduce_overflow_error")
        {
            return ReduceResult.Overflowed(failure.Reason);
        }
    }

    private ReduceFunctions Functions(string function) =>
        host.Reduces(scope, _reductions.GetOrAdd(function, source => new ReduceSource(group.Language, [source])));
}
