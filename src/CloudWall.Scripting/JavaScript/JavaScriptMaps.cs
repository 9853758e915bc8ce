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

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    private readonly QuickJsEngine _engine;
    private readonly ScriptRunner _runner;
    private readonly ScriptSet _set;
    private readonly string _scope;
    private readonly ScriptHostOptions _options;
    private readonly ScriptWarnings _warnings;
    private readonly KeptImage _image;
    private readonly bool _keepsState;
    private readonly SeenMembers _seen;

    /// <summary>Whether a call has all that it may have where there are no others.</summary>
    private readonly bool _hasRoomAlone;

    public JavaScriptMaps(QuickJsEngine engine, ScriptRunner runner, string scope, MapSource source, ScriptHostOptions options)
    {
        (_engine, _runner, _scope, _options) = (engine, runner, scope, options);
        _hasRoomAlone = engine.Budget.LargestShare >= options.Limits.Memory - QuickJsInstance.FirstSize;
        Count = source.Functions.Count;
        _warnings = new ScriptWarnings(scope, options);
        _set = new ScriptSet(engine, scope, options);
        var traits = SourceText.Describe(source.Functions);
        _seen = Seen(source.Functions, traits);
        _keepsState = Array.Exists(traits, static function => function.MayKeepState);
        var seals = Array.Exists(traits, static function => !function.IsClosed || function.MayChangeArguments);
        using var command = new Command("setMaps"u8);
        command.Texts(source.Functions).Json(source.Library.Span).Json(seals ? "true"u8 : "false"u8).Finish();

        // What does not compile is refused now, not at the first document.
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
                    while (results.Documents < documents.Count
                        && (results.Documents == 0 || (results.Bytes < room && _options.Time.GetElapsedTime(began) < MapCall.Long)))
                    {
                        if (DocumentDepth.IsTooDeep(documents[results.Documents].Span))
                        {
                            Skip(documents, "nested deeper than functions are given", results);
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

    /// <summary>What the functions can see of a document, and what the driver does: it names those that fail.</summary>
    private static SeenMembers Seen(IEnumerable<string> functions, SourceTraits[] traits)
    {
        // What is too long to be looked into may see all.
        if (Array.Exists(traits, static function => !function.IsClosed))
        {
            return SeenMembers.All;
        }

        var seen = SeenMembers.Of("_id");
        foreach (var function in functions)
        {
            if (SourceArguments.Read(function)?.Of(0).Names is not { } names)
            {
                return SeenMembers.All;
            }

            seen = seen.And(names);
        }

        return seen;
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
        CancellationToken cancellation,
        bool alone = false)
    {
        var (rows, position, from) = (results.Count, results.Position, results.Documents);
        using var command = new Command("map"u8);
        command.Raw(",["u8);
        for (var i = from; i < from + count; i++)
        {
            _seen.Write(command.Raw(i == from ? ""u8 : ","u8), documents[i].Span);
        }

        command.Raw("]"u8).Finish();
        try
        {
            var call = new MapCall(_scope, _options, cancellation) { Pieces = count };
            _set.Run(image, command.Written, call, answer =>
            {
                results.Documents = from + RowReader.Read(answer, from, count, Count, room, results, call.Look);
                return true;
            });
        }
        catch (MapCall.TooLongException failure)
        {
            // Once more as many as that took so long, or fewer: functions may look at the clock.
            results.Rewind(rows, position);
            Map(image, documents, Math.Min(failure.Documents, count / 2), room, results, cancellation);
        }
        catch (ScriptException failure) when (failure.Error == "InternalError" || (failure.IsStarved && (count > 1 || !alone)))
        {
            // A document that is more than the engine takes has no rows; the others are not to suffer for it.
            results.Rewind(rows, position);
            if (count == 1 && failure.IsStarved)
            {
                MapAlone(image, documents, room, results, cancellation);
                return;
            }

            if (count == 1)
            {
                Skip(documents, $"{failure.Error}: {failure.Reason}", results);
                return;
            }

            while (results.Documents < from + count && (results.Documents == 0 || results.Bytes < room))
            {
                Map(image, documents, 1, room, results, cancellation);
            }
        }
    }

    /// <summary>Passes over a document that functions cannot take, and names it in the log.</summary>
    private void Skip(IReadOnlyList<ReadOnlyMemory<byte>> documents, string why, MapResults results) => _warnings.Write(
        $"{ErrorText.Logged(why)}, with doc._id {DesignMembers.IdOf(documents[results.Documents++].Span)}, which has no rows");

    /// <summary>
    /// Maps a document for which others, of the same index maybe, had left too little memory: it waits for their end without holding any.
    /// Only so it is known whether the document is more than the engine takes.
    /// </summary>
    /// <exception cref="ScriptException">They have not ended in time.</exception>
    private void MapAlone(
        QuickJsImage image, IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, MapResults results, CancellationToken cancellation)
    {
        while (!_engine.Alone.Wait(Moment, cancellation))
        {
            ScriptPlace.Current?.Check(cancellation, Moment);
        }

        try
        {
            var began = _options.Time.GetTimestamp();
            while (true)
            {
                var (rows, position) = (results.Count, results.Position);
                try
                {
                    Map(image, documents, 1, room, results, cancellation, alone: true);
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
        finally
        {
            _engine.Alone.Release();
        }
    }
}
