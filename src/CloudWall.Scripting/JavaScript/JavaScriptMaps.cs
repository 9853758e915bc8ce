using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Map functions in JavaScript. Where their text shows that they leave nothing behind, documents go through an instance together; else each
/// finds it as it was at first.
/// </summary>
internal sealed class JavaScriptMaps : MapFunctions
{
    /// <summary>Bytes of documents that go into an instance together.</summary>
    private const int BatchBytes = 1 << 20;

    /// <summary>
    /// After a document that a function could not do, so many are not tried together first: a function that does not end costs the time
    /// that it may take once for each. Their rows are the same either way, unless functions leave something behind for each other: such
    /// ones always run together first.
    /// </summary>
    private const int Careful = 32;

    /// <summary>So many functions may run out of time on one document; where there are more, the whole fails.</summary>
    private const int MostLate = 8;

    /// <summary>Where there are more functions, the state of each alone is not kept: it would take the place of what others use.</summary>
    private const int MostKeptAlone = 16;

    /// <summary>So many times the limit of a function a call waits for its turn to be alone.</summary>
    private const int LongestWait = 12;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    private readonly QuickJsEngine _engine;
    private readonly ScriptRunner _runner;
    private readonly ScriptSet _set;
    private readonly string _scope;
    private readonly string _label;
    private readonly ScriptHostOptions _options;
    private readonly ScriptWarnings _warnings;
    private readonly KeptImage _image;
    private readonly bool _keepsState;

    /// <summary>
    /// Bytes of rows that a document may have of functions that run alone: more than they could have had together, in one instance.
    /// </summary>
    private readonly long _mostRows;
    private readonly SeenMembers _seen;

    /// <summary>The state of each function without the others.</summary>
    private readonly KeptImage[] _alone;

    /// <summary>How many of the next documents are mapped by one function after the other.</summary>
    private volatile int _careful;

    /// <summary>Whether a call has all that it may have where there are no others.</summary>
    private readonly bool _hasRoomAlone;

    public JavaScriptMaps(QuickJsEngine engine, ScriptRunner runner, string scope, MapSource source, ScriptHostOptions options)
    {
        (_engine, _runner, _scope, _options) = (engine, runner, scope, options);
        _label = source.Design.Length > 0 ? $"{scope}, {source.Design}" : scope;
        _mostRows = options.Limits.Memory / 8 * 5;
        _hasRoomAlone = engine.Budget.LargestShare >= options.Limits.Memory - QuickJsInstance.FirstSize;
        Count = source.Functions.Count;
        _warnings = new ScriptWarnings(_label, options);
        _set = new ScriptSet(engine, scope, options, _label);
        var traits = SourceText.Describe(source.Functions);
        _seen = SeenMembers.OfMaps(source.Functions, traits);
        _keepsState = Array.Exists(traits, static function => function.MayKeepState);
        var seals = Array.Exists(traits, static function => !function.IsClosed || function.MayChangeArguments);
        _image = _set.Keep(token => Prepare(source.Functions, token));
        _alone = Count == 1
            ? [_image]
            : [.. source.Functions.Select(function => _set.Keep(token => Prepare([function], token)))];
        SourceBytes = source.Library.Length + source.Functions.Sum(static function => 2L * function.Length);

        // What does not compile is refused now, not at the first document.
        runner.Run(scope, () => _image.Get(CancellationToken.None), CancellationToken.None);

        QuickJsImage Prepare(IReadOnlyList<string> functions, CancellationToken token)
        {
            using var command = new Command("setMaps"u8);
            command.Texts(functions).Json(source.Library.Span).Json(seals ? "true"u8 : "false"u8).Finish();
            return _set.Prepare(null, command.Written, token);
        }
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
        Array.ForEach(_alone, static image => image.Release());
    }

    /// <inheritdoc/>
    public override void Resume() => _set.Resume();

    /// <inheritdoc/>
    public override MapResults Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, CancellationToken cancellation)
    {
        var results = new MapResults();
        try
        {
            return _runner.Run(
                _scope,
                () =>
                {
                    var image = _image.Get(cancellation);
                    var began = _options.Time.GetTimestamp();
                    while (results.Documents < documents.Count && !results.RanOutOfTime
                        && (results.Documents == 0 || (results.Bytes < room && _options.Time.GetElapsedTime(began) < MapCall.Long)))
                    {
                        if (DocumentDepth.IsTooDeep(documents[results.Documents].Span))
                        {
                            Tell(documents, results.Documents++, "nested deeper than functions are given");
                        }
                        else if (_careful > 0)
                        {
                            _careful--;
                            MapAlone(documents, room, results, cancellation);
                        }
                        else
                        {
                            Map(image, documents, _keepsState ? 1 : Fitting(documents, results.Documents), room, results, cancellation);
                        }
                    }

                    return results;
                },
                cancellation);
        }
        catch
        {
            results.Dispose();
            throw;
        }
    }

    private static int Fitting(IReadOnlyList<ReadOnlyMemory<byte>> documents, int from)
    {
        var (count, bytes) = (1, documents[from].Length);
        for (; from + count < documents.Count; count++)
        {
            bytes += documents[from + count].Length;
            if (bytes > BatchBytes || DocumentDepth.IsTooDeep(documents[from + count].Span))
            {
                break;
            }
        }

        return count;
    }

    private void Map(
        QuickJsImage image,
        IReadOnlyList<ReadOnlyMemory<byte>> documents,
        int count,
        int room,
        MapResults results,
        CancellationToken cancellation)
    {
        var (rows, position, from) = (results.Count, results.Position, results.Documents);
        using var command = new Command("map"u8);
        Write(command, documents, from, count);
        var call = new MapCall(_label, _options, cancellation) { Pieces = count, Functions = Count };
        try
        {
            RunTogether(image, command, from, count, room, results, call);
        }
        catch (MapCall.TooLongException failure)
        {
            // Once more as many as that took so long, or fewer: functions may look at the clock.
            results.Rewind(rows, position);
            Map(image, documents, Math.Min(failure.Documents, count / 2), room, results, cancellation);
        }
        catch (ScriptException failure) when (failure.Error == "InternalError" || failure.IsStarved || failure.IsOfTime)
        {
            // A document that is more than the engine takes has no rows; the others are not to suffer for it.
            results.Rewind(rows, position);
            if (count > 1 && failure.IsOfTime)
            {
                if (call.Done > 0)
                {
                    Map(image, documents, call.Done, room, results, cancellation);
                }

                if (results.Documents == from + call.Done && !results.RanOutOfTime && (call.Done == 0 || results.Bytes < room))
                {
                    MapAlone(documents, room, results, cancellation);
                }

                return;
            }

            if (count == 1)
            {
                MapOne(image, command, failure, documents, room, results, cancellation);
                return;
            }

            while (results.Documents < from + count && (results.Documents == 0 || results.Bytes < room) && !results.RanOutOfTime)
            {
                Map(image, documents, 1, room, results, cancellation);
            }
        }
    }

    private void RunTogether(
        QuickJsImage image, Command command, int from, int count, int room, MapResults results, MapCall call) =>
        _set.Run(image, command.Written, call, answer =>
        {
            results.Documents = from + RowReader.Read(answer, from, count, ..Count, room, results, call.Look);
            return true;
        });

    /// <summary>
    /// Maps a document that failed: together once more where others had left too little memory, or else by each function alone. One
    /// function has been alone.
    /// </summary>
    private void MapOne(
        QuickJsImage image,
        Command command,
        ScriptException failure,
        IReadOnlyList<ReadOnlyMemory<byte>> documents,
        int room,
        MapResults results,
        CancellationToken cancellation)
    {
        var (document, rows, position) = (results.Documents, results.Count, results.Position);
        if (failure.IsStarved)
        {
            try
            {
                Retry(
                    () => RunTogether(
                        image, command, document, 1, room, results, new MapCall(_label, _options, cancellation) { Functions = Count }),
                    results,
                    cancellation);
                return;
            }
            catch (ScriptException own) when (own.Error == "InternalError" || own.IsOfTime)
            {
                results.Rewind(rows, position);
                failure = own;
            }
        }

        if (Count == 1)
        {
            _careful = Careful;
            Tell(documents, document, $"{failure.Error}: {failure.Reason}");
            results.Documents = document + 1;
            results.RanOutOfTime = failure.IsOfTime;
        }
        else
        {
            MapAlone(documents, room, results, cancellation);
        }
    }

    private void Write(Command command, IReadOnlyList<ReadOnlyMemory<byte>> documents, int from, int count)
    {
        command.Raw(",["u8);
        for (var i = from; i < from + count; i++)
        {
            _seen.Write(command.Raw(i == from ? ""u8 : ","u8), documents[i].Span);
        }

        command.Raw("]"u8).Finish();
    }

    /// <summary>
    /// Maps a document by one function after the other, each in an instance of its own and with all the time that there is: who cannot do
    /// it has no rows of it, and is named in the log.
    /// </summary>
    private void MapAlone(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, MapResults results, CancellationToken cancellation)
    {
        var clock = ThreadTime.Beside(_options.Time);
        var (document, start, began) = (results.Documents, results.Position, clock.GetTimestamp());
        using var command = new Command("map"u8);
        Write(command, documents, document, 1);
        var late = 0;
        for (var i = 0; i < Count; i++)
        {
            var (function, rows, position) = (i, results.Count, results.Position);
            try
            {
                RunAlone(_alone[function], command, function, document, room, results, cancellation);
                if (results.Position - start > _mostRows)
                {
                    throw new ScriptException("InternalError", "out of memory");
                }
            }
            catch (ScriptException failure) when (failure.Error == "InternalError" || failure.IsOfTime)
            {
                results.Rewind(rows, position);
                _careful = _keepsState && Count > 1 ? 0 : Careful;
                if (failure.IsOfTime && ++late > MostLate)
                {
                    throw;
                }

                var ofWhat = Count > 1 ? $" of map function {function + 1} of {Count}" : "";
                Tell(documents, document, $"{failure.Error}: {failure.Reason}", ofWhat);
            }

            if (clock.GetElapsedTime(began) > MostLate * _options.Limits.Timeout)
            {
                throw ScriptException.TimedOut();
            }
        }

        results.Documents = document + 1;
        results.RanOutOfTime = late > 0;
    }

    /// <summary>Runs a function, again where others had left too little memory.</summary>
    private void RunAlone(
        KeptImage image, Command command, int function, int document, int room, MapResults results, CancellationToken cancellation)
    {
        try
        {
            Run();
        }
        catch (ScriptException failure) when (failure.IsStarved)
        {
            Retry(Run, results, cancellation);
        }
        finally
        {
            if (Count > MostKeptAlone)
            {
                image.Release();
            }
        }

        void Run()
        {
            var call = new MapCall(_label, _options, cancellation);
            _set.Run(image.Get(cancellation), command.Written, call, answer =>
                RowReader.Read(answer, document, 1, function..(function + 1), room, results, call.Look));
        }
    }

    /// <summary>Names a document that functions cannot take in the log.</summary>
    private void Tell(IReadOnlyList<ReadOnlyMemory<byte>> documents, int document, string why, string ofWhat = "") => _warnings.Write(
        $"{ErrorText.Logged(why)}, with doc._id {DesignMembers.IdOf(documents[document].Span)}, which has no rows{ofWhat}");

    /// <summary>
    /// Maps a document for which others, of the same index maybe, had left too little memory: it waits for their end without holding any.
    /// Only so it is known whether the document is more than the engine takes.
    /// </summary>
    /// <exception cref="ScriptException">They have not ended in time.</exception>
    private void Retry(Action run, MapResults results, CancellationToken cancellation)
    {
        using var turn = _engine.Lone.Add(_scope);
        var came = _options.Time.GetTimestamp();
        while (!turn.TryBegin())
        {
            if (_options.Time.GetElapsedTime(came) > LongestWait * _options.Limits.Timeout)
            {
                throw ScriptException.Starved();
            }

            cancellation.WaitHandle.WaitOne(Moment);
            cancellation.ThrowIfCancellationRequested();
            ScriptPlace.Current?.Check(cancellation, Moment);
        }

        var began = _options.Time.GetTimestamp();
        while (true)
        {
            var (rows, position) = (results.Count, results.Position);
            try
            {
                run();
                return;
            }
            catch (ScriptException failure) when (
                failure.IsStarved && _hasRoomAlone && _options.Time.GetElapsedTime(began) < 2 * _options.Limits.Timeout)
            {
                results.Rewind(rows, position);
            }

            cancellation.WaitHandle.WaitOne(Moment);
            ScriptPlace.Current?.Check(cancellation, Moment);
        }
    }
}
