using System.Buffers;
using System.Text.Json;
using CloudWall.Scripting.QueryServers;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Reads what map functions emitted. It is a stranger's: it must have a list for each document and function, of pairs.</summary>
internal static class RowReader
{
    /// <summary>A function may emit millions of rows.</summary>
    private const int RowsBetweenLooks = 4096;

    /// <summary>Reads an answer, as far as there is room for it.</summary>
    /// <param name="json">The answer, valid UTF-8.</param>
    /// <param name="first">The position of the first document.</param>
    /// <param name="documents">How many documents there were.</param>
    /// <param name="functions">The functions: the position of the first, and the one after the last.</param>
    /// <param name="room">Bytes of rows after which the other documents are left out.</param>
    /// <param name="results">Takes the rows.</param>
    /// <param name="look">Looks from time to time whether anybody still waits for them.</param>
    /// <returns>How many of the documents were read.</returns>
    /// <exception cref="ScriptException">It is something else.</exception>
    public static int Read(
        ReadOnlySpan<byte> json, int first, int documents, Range functions, int room, MapResults results, Action? look = null)
    {
        var scratch = json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0 ? new ArrayBufferWriter<byte>() : null;
        try
        {
            var reader = new Utf8JsonReader(json, DriverError.AnyDepth);
            Expect(ref reader, JsonTokenType.StartArray);
            for (var document = 0; document < documents; document++)
            {
                Expect(ref reader, JsonTokenType.StartArray);
                for (var function = functions.Start.Value; function < functions.End.Value; function++)
                {
                    Expect(ref reader, JsonTokenType.StartArray);
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        ReadRow(ref reader, json, first + document, function, results, scratch);
                        if (results.Count % RowsBetweenLooks == 0)
                        {
                            look?.Invoke();
                        }
                    }
                }

                Expect(ref reader, JsonTokenType.EndArray);
                if (results.Bytes >= room)
                {
                    return document + 1;
                }
            }

            Expect(ref reader, JsonTokenType.EndArray);
            return reader.Read() ? throw Unreadable() : documents;
        }
        catch (JsonException)
        {
            throw Unreadable();
        }
    }

    private static void ReadRow(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, int document, int function, MapResults results, ArrayBufferWriter<byte>? scratch)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unreadable();
        }

        var start = results.Position;
        Write(ref reader, json, results.Writer, scratch);
        var middle = results.Position;
        Write(ref reader, json, results.Writer, scratch);
        results.Add(document, function, start, middle);
        Expect(ref reader, JsonTokenType.EndArray);
    }

    private static void Write(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, IBufferWriter<byte> output, ArrayBufferWriter<byte>? scratch)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
        {
            throw Unreadable();
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var value = json[start..(int)reader.BytesConsumed];
        output.Write(scratch is null ? value : LoneSurrogates.ReplaceIn(value, scratch));
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw Unreadable();
        }
    }

    private static ScriptException Unreadable() => new("InternalError", "the engine's answer cannot be read");
}
