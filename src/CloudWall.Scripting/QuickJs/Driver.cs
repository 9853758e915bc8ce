using System.Reflection;
using System.Text;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>The program that runs functions in an instance (<c>driver.js</c>), and how it is spoken to.</summary>
internal static class Driver
{
    private static readonly byte[] Program = Read("driver.js");
    private static readonly byte[] Guest = Read("guest.js");

    private static readonly (string Name, ScriptCall.Service Service)[] Services =
    [
        ("newRealm", ScriptCall.Service.NewRealm),
        ("globalOf", ScriptCall.Service.GlobalOf),
        ("evaluate", ScriptCall.Service.Evaluate),
        ("progress", ScriptCall.Service.Progress),
        ("log", ScriptCall.Service.Log),
        ("nextRow", ScriptCall.Service.NextRow),
    ];

    /// <summary>
    /// What must be deep enough, and what must end as an error rather than by a trap or by the end of the thread's stack.
    /// </summary>
    private static readonly string[] Probes =
    [
        "(function f(n) { return n ? f(n - 1) + 1 : 0; })(8000) === 8000",
        "JSON.stringify(JSON.parse('['.repeat(5000) + ']'.repeat(5000))).length === 10000",
        "(function() { try { (function f() { return f() + 1; })(); } catch (e) { return e.name === 'InternalError'; } })()",
        "(function() { try { Array.from([1], function f() { return Array.from([1], f); }); } catch (e) { return e.name === 'InternalError'; } })()",
    ];

    /// <summary>Asserts that the three stacks fit each other, on this thread.</summary>
    /// <exception cref="WasmException">They do not.</exception>
    public static void AssertStacks(QuickJsInstance instance)
    {
        var realm = instance.RealmOf(0);
        foreach (var probe in Probes)
        {
            var result = Evaluate(instance, realm, Encoding.UTF8.GetBytes(probe), "probe");
            if (instance.GetNumber(realm, result) != 1)
            {
                throw new WasmException("the engine's stacks do not fit each other: " + probe);
            }
        }
    }

    /// <summary>Starts the driver in a new instance.</summary>
    /// <returns>The state in which it waits.</returns>
    public static QuickJsImage Start(QuickJsInstance instance) => Start(instance, Program);

    /// <summary>Likewise with another program in the driver's place: whoever reads answers must not depend on which it is.</summary>
    internal static QuickJsImage Start(QuickJsInstance instance, ReadOnlySpan<byte> program)
    {
        var exports = instance.Exports;
        instance.Call(exports.Initialize);
        var first = instance.Allocate(16);
        instance.Call(exports.Free, first);
        instance.Runtime = instance.Call(exports.NewRuntime);
        instance.Call(exports.SetMaxStackSize, instance.Runtime, WasmSettings.ScriptStack);
        var realm = instance.RealmOf(instance.NewRealm());
        var function = Evaluate(instance, realm, program, "driver");

        var host = Evaluate(instance, realm, "({})"u8, "driver");
        foreach (var (name, service) in Services)
        {
            var text = instance.Copy(Encoding.UTF8.GetBytes(name));
            SetMember(instance, realm, host, name, instance.Call(exports.NewFunction, realm, text, 0, 0, (uint)service));
            instance.Call(exports.Free, text);
        }

        SetMember(instance, realm, host, "makeGuest", Evaluate(instance, instance.RealmOf(instance.NewRealm()), Guest, "guest"));
        SetMember(instance, realm, host, "spareRealm", instance.NewNumber(realm, instance.NewRealm()));
        var dispatch = Call(instance, realm, function, host);
        return QuickJsImage.Of(instance, first, dispatch);
    }

    /// <summary>Gives the driver a command.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="image">The state that it was put to.</param>
    /// <param name="line">The command as JSON in UTF-8.</param>
    /// <returns>The answer, in the instance's memory: valid until the instance is used again.</returns>
    /// <exception cref="WasmTrapException">It was ended.</exception>
    /// <exception cref="ScriptException">It ran into a limit of the engine.</exception>
    public static ReadOnlySpan<byte> Send(QuickJsInstance instance, QuickJsImage image, ReadOnlySpan<byte> line)
    {
        var exports = instance.Exports;
        var realm = instance.RealmOf(0);
        var pointer = instance.Copy(line);
        var argument = instance.Call(exports.NewString, realm, pointer);
        instance.Call(exports.Free, pointer);
        var answer = Call(instance, realm, image.Dispatch, argument);
        instance.Call(exports.FreeValue, realm, argument);
        var text = instance.Call(exports.GetString, realm, answer);
        if (text == 0)
        {
            throw Failure(instance, realm, 0);
        }

        return instance.Text(text);
    }

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException(name + " is missing");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static uint Evaluate(QuickJsInstance instance, uint realm, ReadOnlySpan<byte> program, string name)
    {
        var text = instance.Copy(program);
        var file = instance.Copy(Encoding.UTF8.GetBytes(name));
        var value = instance.Call(instance.Exports.Evaluate, realm, text, (uint)program.Length, file, 0, 0);
        ThrowIfFailed(instance, realm, value);
        instance.Call(instance.Exports.Free, text);
        instance.Call(instance.Exports.Free, file);
        return value;
    }

    private static void SetMember(QuickJsInstance instance, uint realm, uint target, string name, uint value)
    {
        var text = instance.Copy(Encoding.UTF8.GetBytes(name));
        var key = instance.Call(instance.Exports.NewString, realm, text);
        instance.Call(instance.Exports.SetProperty, realm, target, key, value);
        instance.Call(instance.Exports.FreeValue, realm, key);
        instance.Call(instance.Exports.FreeValue, realm, value);
        instance.Call(instance.Exports.Free, text);
    }

    private static uint Call(QuickJsInstance instance, uint realm, uint function, uint argument)
    {
        Span<byte> list = stackalloc byte[sizeof(uint)];
        BitConverter.TryWriteBytes(list, argument);
        var arguments = instance.Copy(list);
        var value = instance.Call(
            instance.Exports.Call, realm, function, instance.Call(instance.Exports.GetUndefined), 1, arguments);
        instance.Call(instance.Exports.Free, arguments);
        ThrowIfFailed(instance, realm, value);
        return value;
    }

    private static void ThrowIfFailed(QuickJsInstance instance, uint realm, uint value)
    {
        if (value == 0)
        {
            throw new WasmTrapException(TrapCode.Other, "out of memory");
        }

        if (instance.Call(instance.Exports.ResolveException, realm, value) is var error && error != 0)
        {
            throw Failure(instance, realm, error);
        }
    }

    /// <summary>An error that the driver could not take care of: there is no stack or no memory left to do so.</summary>
    private static ScriptException Failure(QuickJsInstance instance, uint realm, uint error)
    {
        var text = error == 0 ? 0 : instance.Call(instance.Exports.GetString, realm, error);
        var reason = text == 0 ? "out of memory" : ErrorText.Words(instance.Text(text), ErrorText.MostReason);
        return new ScriptException("InternalError", reason.StartsWith("InternalError: ", StringComparison.Ordinal) ? reason[15..] : reason);
    }
}
