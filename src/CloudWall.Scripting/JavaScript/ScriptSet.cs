using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Functions that share instances: those of one design document of one database, in one state of the engine. Each call finds that state,
/// and leaves nothing behind: an instance is put back before it is used again.
/// </summary>
/// <param name="engine">What makes instances.</param>
/// <param name="scope">The database.</param>
/// <param name="options">Limits, the log, the clock.</param>
/// <param name="label">What the log calls the functions.</param>
internal sealed class ScriptSet(QuickJsEngine engine, string scope, ScriptHostOptions options, string label)
{
    /// <summary>An instance that has grown by more is not kept: its memory would stay taken.</summary>
    private const int MaxKeptGrowth = 2 << 20;

    private readonly Lock _lock = new();
    private IdleInstances? _idle;
    private volatile bool _retired;

    /// <summary>A command of the driver that gives nothing, such as one that compiles functions.</summary>
    /// <param name="from">The state before it.</param>
    /// <param name="line">The command.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The state after it.</returns>
    /// <exception cref="ScriptException">It failed.</exception>
    public QuickJsImage Prepare(QuickJsImage? from, ReadOnlySpan<byte> line, CancellationToken cancellation)
    {
        QuickJsInstance? instance = null;
        try
        {
            var image = from ?? engine.Start;
            instance = engine.Create(image, scope);
            using (new ScriptTurn(engine, instance, new TimedCall(label, options, cancellation), options))
            {
                Read(Driver.Send(instance, image, line));
                return instance.WasStarved ? throw ScriptException.Starved() : QuickJsImage.Of(instance, engine.Start);
            }
        }
        catch (WasmTrapException trap) when (trap.Code == TrapCode.StackOverflow && instance is { WasStarved: false })
        {
            // The text is at fault, and always will be.
            throw ScriptException.Compilation("InternalError: stack overflow");
        }
        catch (Exception failure) when (Translate(failure, instance) is { } told)
        {
            throw told;
        }
        finally
        {
            instance?.Dispose();
        }
    }

    /// <summary>Gives the driver a command in an instance of some state.</summary>
    /// <param name="image">The state.</param>
    /// <param name="line">The command.</param>
    /// <param name="call">What the call has to do with the host.</param>
    /// <param name="read">Reads the answer, which lies in the instance's memory.</param>
    /// <exception cref="ScriptException">It failed.</exception>
    public T Run<T>(QuickJsImage image, ReadOnlySpan<byte> line, TimedCall call, AnswerReader<T> read)
    {
        QuickJsInstance? instance = null;
        try
        {
            T result;
            instance = Rent(image);
            using (new ScriptTurn(engine, instance, call, options))
            {
                var answer = Driver.Send(instance, image, line);
                if (instance.WasStarved)
                {
                    // Whatever came of it came of what others do.
                    throw ScriptException.Starved();
                }

                if (instance.IsExhausted && call.SharesMemory)
                {
                    // One may have noticed that the ones before it took the memory.
                    throw new ScriptException("InternalError", "out of memory");
                }

                result = read(Read(answer));
            }

            Return(instance, call);
            instance = null;
            return result;
        }
        catch (Exception failure) when (Translate(failure, instance) is { } told)
        {
            throw told;
        }
        catch (ScriptException failure) when (failure is not UnreadableException && failure.Error != "InternalError"
            && instance is { IsBroken: false })
        {
            Return(instance, call);
            instance = null;
            throw;
        }
        finally
        {
            instance?.Dispose();
        }
    }

    /// <summary>A state that is kept while there is room for it.</summary>
    /// <param name="make">Makes it, on a thread for functions.</param>
    public KeptImage Keep(Func<CancellationToken, QuickJsImage> make) => new(engine.Budget, make, () => !_retired);

    /// <summary>Keeps no instances from now on.</summary>
    public void ReleaseIdle()
    {
        lock (_lock)
        {
            _retired = true;
            if (_idle is null)
            {
                return;
            }

            _idle = null;
        }

        engine.Instances.Close(scope);
    }

    /// <summary>From now on instances are kept again.</summary>
    public void Resume() => _retired = false;

    /// <summary>What is told of a failure, if it is not what the caller should see: nothing but the call itself fails with it.</summary>
    private static ScriptException? Translate(Exception failure, QuickJsInstance? instance) => failure switch
    {
        ScriptException { Error: "os_process_error" } or OperationCanceledException => null,
        ScriptException or WasmTrapException or WasmException when instance is { WasStarved: true } => ScriptException.Starved(),
        ScriptException { Error: not ("forbidden" or "unauthorized") } told when instance is { IsExhausted: true }
            && (told.Error != "InternalError" || told.Reason == "null") =>
            // There was no memory left even for an error that says so.
            new ScriptException("InternalError", "out of memory"),
        WasmTrapException trap => new ScriptException(
            "InternalError", trap.Code == TrapCode.StackOverflow ? "stack overflow" : trap.Message),
        WasmException cannot => new ScriptException("os_process_error", cannot.Message),
        _ => null,
    };

    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> answer)
    {
        DriverError.RequireUtf8(answer);
        return answer switch
        {
            [(byte)'1', .. var rest] => rest,
            [(byte)'0', .. var error] => throw DriverError.Read(error),
            [(byte)'2', .. var reason] => throw new UnreadableException(ErrorText.Words(reason, ErrorText.MostReason)),
            _ => throw new ScriptException("InternalError", "the engine's answer cannot be read"),
        };
    }

    private QuickJsInstance Rent(QuickJsImage image)
    {
        if (Idle()?.TryTake() is not { } instance)
        {
            return engine.Create(image, scope);
        }

        try
        {
            image.Restore(instance);
            return instance;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    private void Return(QuickJsInstance instance, TimedCall call)
    {
        var isGood = instance is { IsBroken: false, IsExhausted: false, WasStarved: false }
            && instance.Size <= QuickJsInstance.FirstSize + MaxKeptGrowth;
        if (isGood && Idle() is { } idle)
        {
            instance.LookAtResidentBytes(call.IsShort);
            idle.Add(instance);
        }
        else
        {
            instance.Dispose();
        }
    }

    /// <summary>The database's instances; null where none are to be kept.</summary>
    private IdleInstances? Idle()
    {
        lock (_lock)
        {
            return _retired ? null : _idle ??= engine.Instances.Open(scope);
        }
    }
}

/// <summary>Reads an answer, which must not be kept.</summary>
internal delegate T AnswerReader<out T>(ReadOnlySpan<byte> answer);
