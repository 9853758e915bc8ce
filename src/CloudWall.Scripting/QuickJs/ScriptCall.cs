using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>What a running call has to do with the host: its time, its log, and what the driver asks for.</summary>
internal abstract class ScriptCall
{
    /// <summary>The functions of the host that the driver has, by number (<c>driver.js</c>).</summary>
    internal enum Service
    {
        /// <summary>A new realm; gives a number for it.</summary>
        NewRealm = 1,

        /// <summary>The global object of a realm.</summary>
        GlobalOf = 2,

        /// <summary>Evaluates text in a realm: <c>(realm, text, name, 1 for a module)</c>.</summary>
        Evaluate = 3,

        /// <summary>The next piece of work begins.</summary>
        Progress = 4,

        /// <summary>A line for the log.</summary>
        Log = 5,

        /// <summary>What a list has sent so far, for the next row: <c>(start or undefined, text)</c>.</summary>
        NextRow = 6,
    }

    /// <summary>Looks whether there is time left. Called every few milliseconds while code runs.</summary>
    /// <exception cref="ScriptException">There is none.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the call any more.</exception>
    public abstract void CheckTime();

    /// <summary>The driver says that the next piece of work begins, with all the time that there is for one.</summary>
    /// <exception cref="WasmTrapException">There is none: the driver was given fewer.</exception>
    public abstract void Progress();

    /// <summary>Takes a line for the log.</summary>
    public abstract void Log(ReadOnlySpan<byte> line);

    /// <summary>Takes what a list sends, and gives it a row; nothing after the last one.</summary>
    public abstract ReadOnlyMemory<byte>? NextRow(ReadOnlyMemory<byte>? start, ReadOnlyMemory<byte> text);

    /// <summary>Serves a call of the driver.</summary>
    /// <returns>A pointer to the value, which the engine frees; 0 for <c>undefined</c>.</returns>
    public uint Serve(QuickJsInstance instance, uint context, int service, int count, uint arguments)
    {
        switch ((Service)service)
        {
            case Service.Progress:
                Progress();
                return 0;
            case Service.NewRealm:
                return instance.NewNumber(context, instance.NewRealm());
            case Service.GlobalOf:
                return instance.Call(instance.Exports.GetGlobalObject, instance.RealmOf(instance.GetNumber(context, Argument(instance, arguments, 0))));
            case Service.Evaluate:
                return Evaluate(instance, context, arguments);
            case Service.Log:
                var line = instance.Call(instance.Exports.GetString, context, Argument(instance, arguments, 0));
                Log(instance.Text(line));
                instance.Call(instance.Exports.FreeString, context, line);
                return 0;
            case Service.NextRow:
                return GiveRow(instance, context, count, arguments);
            default:
                return 0;
        }
    }

    private static uint Argument(QuickJsInstance instance, uint arguments, int index) =>
        instance.Call(instance.Exports.Argument, arguments, (uint)index);

    private static uint Evaluate(QuickJsInstance instance, uint context, uint arguments)
    {
        var realm = instance.RealmOf(instance.GetNumber(context, Argument(instance, arguments, 0)));
        var text = instance.Call(instance.Exports.GetString, context, Argument(instance, arguments, 1));
        var name = instance.Call(instance.Exports.GetString, context, Argument(instance, arguments, 2));
        if (text == 0 || name == 0)
        {
            return 0;
        }

        var isModule = instance.GetNumber(context, Argument(instance, arguments, 3)) != 0;
        uint result;
        if (!isModule && SourceText.AsScript(instance.Text(text)) is { } rewritten)
        {
            var copy = instance.Copy(rewritten);
            result = instance.Call(instance.Exports.Evaluate, realm, copy, (uint)rewritten.Length, name, 0, 0);
            instance.Call(instance.Exports.Free, copy);
        }
        else
        {
            result = instance.Call(instance.Exports.Evaluate, realm, text, (uint)instance.Text(text).Length, name, 0, 0);
        }

        instance.Call(instance.Exports.FreeString, context, text);
        instance.Call(instance.Exports.FreeString, context, name);
        return result;
    }

    private uint GiveRow(QuickJsInstance instance, uint context, int count, uint arguments)
    {
        var text = Copy(instance, context, Argument(instance, arguments, 0));
        ReadOnlyMemory<byte>? start = count > 1 ? Copy(instance, context, Argument(instance, arguments, 1)) : default(ReadOnlyMemory<byte>?);
        if (NextRow(start, text) is not { } row)
        {
            return 0;
        }

        var pointer = instance.Copy(row.Span);
        var value = instance.Call(instance.Exports.NewString, context, pointer);
        instance.Call(instance.Exports.Free, pointer);
        return value;
    }

    private static byte[] Copy(QuickJsInstance instance, uint context, uint value)
    {
        var pointer = instance.Call(instance.Exports.GetString, context, value);
        var copy = instance.Text(pointer).ToArray();
        instance.Call(instance.Exports.FreeString, context, pointer);
        return copy;
    }
}
