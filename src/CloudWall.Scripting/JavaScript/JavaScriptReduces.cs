using System.Text;
using System.Text.Json;
using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Reduce functions in JavaScript.</summary>
internal sealed class JavaScriptReduces : ReduceFunctions
{
    // CouchDB compares what comes out with the line that went in, in UTF-16 and without the text of functions: ["reduce",["…"],[…]]
    // with [[key,id],value] for each row, or ["rereduce",["…"],[…]] with values.
    private const int ReduceFrame = 17;
    private const int RereduceFrame = 19;
    private const int RowFrame = 7;
    private const int FunctionFrame = 3;

    private readonly ScriptRunner _runner;
    private readonly ScriptSet _set;
    private readonly string _scope;
    private readonly ScriptHostOptions _options;
    private readonly KeptImage _image;

    /// <summary>What each function's text grows by when it is written as JSON.</summary>
    private readonly int[] _escapes;

    public JavaScriptReduces(QuickJsEngine engine, ScriptRunner runner, string scope, ReduceSource source, ScriptHostOptions options)
    {
        (_runner, _scope, _options) = (runner, scope, options);
        Count = source.Functions.Count;
        _escapes = [.. source.Functions.Select(Escapes)];
        _set = new ScriptSet(engine, scope, options, scope);
        using var command = new Command("setReduces"u8);
        command.Texts(source.Functions).Finish();
        var text = command.Written.ToArray();
        SourceBytes = text.Length;
        _image = _set.Keep(token => _set.Prepare(null, text, token));
        runner.Run(scope, () => _image.Get(CancellationToken.None), CancellationToken.None);
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override long SourceBytes { get; }

    /// <inheritdoc/>
    public override void ReleaseIdle()
    {
        _set.ReleaseIdle();
        _image.Release();
    }

    /// <inheritdoc/>
    public override void Resume() => _set.Resume();

    /// <inheritdoc/>
    public override IReadOnlyList<ReadOnlyMemory<byte>> Reduce(IReadOnlyList<ReduceRow> rows, CancellationToken cancellation = default)
    {
        using var command = new Command("reduce"u8);
        command.Raw(",["u8);
        for (var i = 0; i < Count; i++)
        {
            command.Raw(
                i == 0 ? default : ","u8).Raw(Encoding.ASCII.GetBytes(i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        command.Raw("],[[["u8);
        var input = ReduceFrame + _escapes.Sum() + (FunctionFrame * (Count - 1));
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            command.Raw(i == 0 ? "["u8 : ",["u8).Raw(row.Key.Span).Raw(","u8).Raw(row.Id.Span).Raw("]"u8);
            input += Characters(row.Key) + Characters(row.Id) + Characters(row.Value) + RowFrame;
        }

        command.Raw("],["u8);
        for (var i = 0; i < rows.Count; i++)
        {
            command.Raw(i == 0 ? default : ","u8).Raw(rows[i].Value.Span);
        }

        command.Raw("]]],false"u8).Finish();
        return Run(command, Count, input, cancellation);
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Rereduce(
        int function, IReadOnlyList<ReadOnlyMemory<byte>> values, CancellationToken cancellation = default)
    {
        using var command = new Command("reduce"u8);
        command.Raw(
            ",["u8).Raw(Encoding.ASCII.GetBytes(function.ToString(System.Globalization.CultureInfo.InvariantCulture))).Raw("],[["u8);
        var input = RereduceFrame + _escapes[function];
        command.Raw("["u8);
        for (var i = 0; i < values.Count; i++)
        {
            command.Raw(i == 0 ? default : ","u8).Raw(values[i].Span);
            input += Characters(values[i]) + 1;
        }

        command.Raw("]]],true"u8).Finish();
        return Run(command, 1, input, cancellation)[0];
    }

    private ReadOnlyMemory<byte>[] Run(Command command, int count, int input, CancellationToken cancellation)
    {
        var results = _runner.Run(
            _scope,
            () => _set.Run(
                _image.Get(cancellation), command.Written, new TimedCall(_scope, _options, cancellation), answer => Read(answer, count)),
            cancellation);
        Check(results, input);
        return results;
    }

    /// <summary>Reads an answer: a list in a list, of as many values as there are functions.</summary>
    /// <exception cref="ScriptException">It is something else.</exception>
    internal static ReadOnlyMemory<byte>[] Read(ReadOnlySpan<byte> json, int count)
    {
        var results = new ReadOnlyMemory<byte>[count];
        try
        {
            var reader = new Utf8JsonReader(json, DriverError.AnyDepth);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray || !reader.Read()
                || reader.TokenType != JsonTokenType.StartArray)
            {
                throw DriverError.Unreadable();
            }

            for (var i = 0; i < count; i++)
            {
                results[i] = DriverError.TakeValue(ref reader, json);
            }

            return reader.Read() && reader.TokenType == JsonTokenType.EndArray && reader.Read()
                && reader.TokenType == JsonTokenType.EndArray && !reader.Read()
                ? results
                : throw DriverError.Unreadable();
        }
        catch (JsonException)
        {
            throw DriverError.Unreadable();
        }
    }

    private static int Characters(ReadOnlyMemory<byte> text) => Encoding.UTF8.GetCharCount(text.Span);

    private static int Escapes(string text)
    {
        const int Longest = 5;
        var more = 0;
        foreach (var character in text)
        {
            more += character switch
            {
                '"' or '\\' or '\b' or '\f' or '\n' or '\r' or '\t' => 1,
                < ' ' => Longest,
                _ => 0,
            };
        }

        return more;
    }

    private void Check(ReadOnlyMemory<byte>[] results, int input)
    {
        if (_options.Limits.ReduceLimit == ReduceLimit.Ignore)
        {
            return;
        }

        var output = 2 + Math.Max(0, results.Length - 1) + results.Sum(result => Encoding.UTF8.GetCharCount(result.Span));
        if (output <= 4096 || output * 2L <= input)
        {
            return;
        }

        var text = $"Reduce output must shrink more rapidly: input size: {input} output size: {output}";
        if (_options.Limits.ReduceLimit == ReduceLimit.Fail)
        {
            throw new ScriptException("reduce_overflow_error", text);
        }

        _options.Log(new ScriptLogEntry(_scope, "reduce_overflow_error: " + text));
    }
}
