using System.Text.Json;
using CloudWall.Scripting.DesignDocuments;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Runs <c>validate_doc_update</c> and reads what it throws.</summary>
internal static class Validation
{
    public static bool Run(DesignSandbox engine, JsValue function, ValidationArguments arguments)
    {
        var sandbox = engine.Sandbox;
        try
        {
            sandbox.Engine.Call(
                function,
                engine.Document,
                [
                    sandbox.Parse(arguments.NewDocument.Span),
                    arguments.OldDocument.IsEmpty ? JsValue.Null : sandbox.Parse(arguments.OldDocument.Span),
                    sandbox.Parse(arguments.UserContext.Span),
                    sandbox.Parse(arguments.Security.Span),
                ]);
            return true;
        }
        catch (JavaScriptException e)
        {
            return Refuse(sandbox, e.Error);
        }
    }

    // CouchDB takes 1 and true for consent, even when they are thrown.
    private static bool Refuse(Sandbox sandbox, JsValue thrown)
    {
        if (thrown is JsBoolean && TypeConverter.ToBoolean(thrown))
        {
            return true;
        }
        if (thrown is JsNumber number && number.AsNumber() == 1)
        {
            return true;
        }
        if (thrown is ObjectInstance instance
            && TypeConverter.ToBoolean(ThrownValue.Member(instance, "name")) && TypeConverter.ToBoolean(ThrownValue.Member(instance, "stack")))
        {
            throw ThrownValue.Unhandled(sandbox, thrown);
        }
        if (ThrownValue.Named(sandbox, thrown) is { } pair)
        {
            throw pair;
        }

        throw Read(sandbox.ToJson(thrown));
    }

    private static ScriptException Read(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 10_000 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            return new ScriptException("unknown_error", (ReadOnlyMemory<byte>)json);
        }

        var name = reader.GetString();
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var reason = json.AsMemory(start, (int)reader.BytesConsumed - start);
        reader.Read();
        return reader.TokenType != JsonTokenType.EndObject
            ? new ScriptException("unknown_error", (ReadOnlyMemory<byte>)json)
            : new ScriptException(name is "forbidden" or "unauthorized" ? name : "unknown_error", reason);
    }
}
