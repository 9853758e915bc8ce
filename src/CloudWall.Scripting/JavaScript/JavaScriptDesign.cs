using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// The functions of a design document other than its views, in JavaScript. Each is compiled when it is first called, once.
/// </summary>
internal sealed class JavaScriptDesign : DesignFunctions
{
    /// <summary>Bytes that known functions may take, beside their states; what is known of arguments may as many.</summary>
    private const int MostKnown = 256 << 10;

    /// <summary>The longest failure to compile that is kept: other functions are compiled anew for each call.</summary>
    private const int MostFailure = 4 << 10;

    /// <summary>
    /// How many times as much memory JSON may take in the engine: an empty object with its comma has three bytes, and takes some ninety.
    /// </summary>
    private const int MostGrowth = 64;

    private readonly ScriptRunner _runner;
    private readonly ScriptSet _set;
    private readonly string _scope;
    private readonly string _label;
    private readonly ScriptHostOptions _options;
    private readonly byte[] _document;
    private readonly KnownValues<string, Prepared> _prepared = new(MostKnown, static prepared => prepared.Image?.Release());
    private readonly KnownValues<(string Kind, string Name), FunctionArguments> _arguments = new(MostKnown);
    private readonly ScriptWarnings _warnings;
    private readonly KeptImage _image;

    public JavaScriptDesign(QuickJsEngine engine, ScriptRunner runner, string scope, DesignSource source, ScriptHostOptions options)
    {
        (_runner, _scope, _options) = (runner, scope, options);
        _label = DesignMembers.IdOf(source.Document.Span) is { Length: > 0 } id ? $"{scope}, {id}" : scope;
        _set = new ScriptSet(engine, scope, options, _label);
        _warnings = new ScriptWarnings(_label, options);
        _document = source.Document.ToArray();
        HasValidation = DesignMembers.TryFind(_document, ["validate_doc_update"], out _);
        _image = _set.Keep(token =>
        {
            using var command = new Command("setDesign"u8);
            return _set.Prepare(null, command.Json(_document).Finish().Written, token);
        });
    }

    /// <inheritdoc/>
    public override bool HasValidation { get; }

    /// <inheritdoc/>
    public override bool AreShort => true;

    /// <inheritdoc/>
    public override long SourceBytes => _document.Length + _prepared.Bytes + _arguments.Bytes;

    /// <inheritdoc/>
    public override void ReleaseIdle()
    {
        _set.ReleaseIdle();
        _image.Release();
        _prepared.Clear();
    }

    /// <inheritdoc/>
    public override void Resume() => _set.Resume();

    /// <inheritdoc/>
    public override RequestMembers RequestFor(string kind, string name, bool hasDocument = true)
    {
        var arguments = Arguments(kind == "rewrites" ? [kind] : [kind, name]);
        return hasDocument ? arguments.Request : arguments.RequestAlone;
    }

    /// <inheritdoc/>
    public override bool[] Filter(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> documents, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Ask(["filters", name], documents, request, cancellation);

    /// <inheritdoc/>
    public override bool[] FilterByView(
        string view, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellation = default) =>
        Ask(["views", view, "map"], documents, default, cancellation);

    /// <inheritdoc/>
    public override void Validate(in ValidationArguments arguments, CancellationToken cancellation = default)
    {
        var given = arguments;
        try
        {
            Call(
                ["validate_doc_update"],
                [given.NewDocument, given.OldDocument, given.UserContext, given.Security],
                new TimedCall(_label, _options, cancellation),
                static answer => Verdict.Read(answer),
                cancellation);
        }
        catch (ScriptException failure) when (IsTooMuch(failure, given.NewDocument.Length + given.OldDocument.Length))
        {
            throw new UnreadableException(failure.Reason);
        }
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Show(
        string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Call(["shows", name], [document, request], new TimedCall(_label, _options, cancellation), DriverError.ReadValue, cancellation);

    /// <inheritdoc/>
    public override UpdateResult Update(
        string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Call(
            ["updates", name],
            [document, request],
            new TimedCall(_label, _options, cancellation),
            DesignAnswers.ReadUpdate,
            cancellation);

    /// <inheritdoc/>
    public override void List(
        string name, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> request, ListExchange exchange, CancellationToken cancellation = default)
    {
        var call = new ListCall(_label, _options, exchange, cancellation);
        Call(["lists", name], [head, request], call, answer => DesignAnswers.ReadEnd(answer, call), cancellation);
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? Rewrite(ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Call(["rewrites"], [request], new TimedCall(_label, _options, cancellation), DesignAnswers.ReadRule, cancellation);

    private T Call<T>(
        string[] path, ReadOnlyMemory<byte>[] arguments, TimedCall call, AnswerReader<T> read, CancellationToken cancellation)
    {
        using var command = new Command("call"u8);
        Arguments(path).Write(command.Texts(path), arguments);
        command.Finish();
        return _runner.Run(
            _scope, () => _set.Run(Prepare(path, cancellation).Image!.Get(cancellation), command.Written, call, read), cancellation);
    }

    private bool[] Ask(
        string[] path, IReadOnlyList<ReadOnlyMemory<byte>> documents, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        var answers = new bool[documents.Count];
        _runner.Run(
            _scope,
            () =>
            {
                var prepared = Prepare(path, cancellation);
                var image = prepared.Image!.Get(cancellation);
                for (int from = 0, count; from < documents.Count; from += count)
                {
                    count = prepared.KeepsState ? 1 : documents.Count;
                    Ask(image, path, documents, from, count, request, answers, cancellation);
                }

                return true;
            },
            cancellation);
        return answers;
    }

    private void Ask(
        QuickJsImage image,
        string[] path,
        IReadOnlyList<ReadOnlyMemory<byte>> documents,
        int from,
        int count,
        ReadOnlyMemory<byte> request,
        bool[] answers,
        CancellationToken cancellation)
    {
        using var command = new Command("call"u8);
        Arguments(path).Write(command.Texts(path), documents, from, count, request.Span);
        command.Finish();
        try
        {
            var call = new TimedCall(_label, _options, cancellation) { Pieces = count };
            _set.Run(image, command.Written, call, answer => DesignAnswers.ReadPasses(answer, count)).CopyTo(answers, from);
        }
        catch (ScriptException failure) when (
            failure is UnreadableException
            || (failure.Error == "InternalError" && (count > 1 || IsTooMuch(failure, documents[from].Length))))
        {
            // Documents that no function can be asked about do not pass, and the others are not to suffer for them.
            if (count == 1)
            {
                _warnings.Write(
                    $"{ErrorText.Logged($"{failure.Error}: {failure.Reason}")}, with doc._id {DesignMembers.IdOf(documents[from].Span)}, "
                    + "which does not pass");
                return;
            }

            for (var i = 0; i < count; i++)
            {
                Ask(image, path, documents, from + i, 1, request, answers, cancellation);
            }
        }
    }

    /// <summary>
    /// Whether the memory ran out for what a function was given. Where that is small, nothing but the function can have used the memory up.
    /// </summary>
    private bool IsTooMuch(ScriptException failure, long given) =>
        failure is { Error: "InternalError", Reason: "out of memory" } && given >= _options.Limits.Memory / MostGrowth;

    /// <summary>What a function is given of its arguments.</summary>
    private FunctionArguments Arguments(string[] path)
    {
        var key = (path[0], path.Length > 1 ? path[1] : "");
        if (_arguments.TryGet(key, out var arguments))
        {
            return arguments;
        }

        DesignMembers.TryFind(_document, path, out var text);
        var found = FunctionArguments.Of(path[0], text);

        // There may be any number of names without a function.
        return text is null ? found : _arguments.GetOrAdd(key, found, key.Item2.Length + found.Length);
    }

    private Prepared Prepare(string[] path, CancellationToken cancellation)
    {
        var name = string.Join('\0', path);
        if (!_prepared.TryGet(name, out var prepared))
        {
            // Whoever is here has a place to run in, and must not wait for another who compiles the same.
            var made = Compile(path, cancellation);
            prepared = _prepared.GetOrAdd(name, made, name.Length + (made.Failure?.ReasonJson.Length ?? 0));
            if (!ReferenceEquals(prepared, made))
            {
                made.Image?.Release();
            }
        }

        return prepared.Failure is null ? prepared : throw prepared.Failure;
    }

    private Prepared Compile(string[] path, CancellationToken cancellation)
    {
        for (var i = 1; i <= path.Length; i++)
        {
            if (!DesignMembers.TryFind(_document, path.AsSpan(0, i), out _))
            {
                throw ScriptException.Missing(path[i - 1]);
            }
        }

        DesignMembers.TryFind(_document, path, out var text);
        var image = _set.Keep(token =>
        {
            using var command = new Command("find"u8);
            return _set.Prepare(_image.Get(token), command.Texts(path).Finish().Written, token);
        });
        try
        {
            image.Get(cancellation);
            return new Prepared(
                image, text is null || SourceText.Describe(text) is { MayKeepState: true } or { MayChangeArguments: true }, null);
        }
        catch (ScriptException failure) when (
            failure.Error is "compilation_error" or "not_found" && failure.ReasonJson.Length <= MostFailure)
        {
            // Whatever else fails may do better next time.
            return new Prepared(null, false, failure);
        }
    }

    /// <summary>A function that is ready to be called.</summary>
    /// <param name="Image">The state in which it is compiled.</param>
    /// <param name="KeepsState">Whether what it does may still be there afterwards.</param>
    /// <param name="Failure">Why it does not compile.</param>
    private sealed record Prepared(KeptImage? Image, bool KeepsState, ScriptException? Failure);
}
