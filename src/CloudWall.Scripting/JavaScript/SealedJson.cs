using System.Runtime.CompilerServices;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Freezes parsed JSON all the way down, as CouchDB does with a document before a map function has it.</summary>
internal static class SealedJson
{
    private static readonly PropertyDescriptor Frozen = new() { Configurable = false, Writable = false };

    public static void Seal(JsValue value)
    {
        if (value is not ObjectInstance instance)
        {
            return;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        instance.PreventExtensions();
        foreach (var key in instance.GetOwnPropertyKeys(Types.String))
        {
            Seal(instance.Get(key));
            instance.DefineOwnProperty(key, Frozen);
        }
    }
}
