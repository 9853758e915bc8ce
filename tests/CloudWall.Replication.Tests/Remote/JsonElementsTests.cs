using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudWall.Replication.Remote;
using CsCheck;

namespace CloudWall.Replication.Tests.Remote;

public sealed class JsonElementsTests
{
    private static readonly Gen<string> Texts = Gen.String[Gen.OneOf(Gen.Char.AlphaNumeric, Gen.Int[0, 10].Select(static i => "\"\\[]{}, ü雪\n"[i])), 0, 20];

    private static readonly Gen<string> Values = Gen.Recursive<string>((depth, value) => depth > 3
        ? Gen.Int.Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))
        : Gen.OneOf(
            Gen.Int[0, 3].Select(static i => ((string[])["null", "true", "-1.5e3", "\"\""])[i]),
            Texts.Select(static text => JsonValue.Create(text).ToJsonString()),
            value.Array[0, 4].Select(static items => "[" + string.Join(" ,\n", items) + "]"),
            Gen.Select(Texts, value).Array[0, 3].Select(static items =>
                "{" + string.Join(",", items.Select(static (item, i) => JsonValue.Create(i + item.Item1).ToJsonString() + " : " + item.Item2)) + "}")));

    [Fact]
    public void Elements_come_whole_however_the_answer_is_cut() =>
        Gen.Select(Values.Array[0, 12], Values, Gen.Int[1, 40], Gen.Bool).Sample(sample =>
        {
            var (rows, other, piece, spaced) = sample;
            var space = spaced ? " \r\n" : "";
            var json = $$"""{{{space}}"before":{{other}},{{space}}"results"{{space}}:[{{space}}{{string.Join($"{space},{space}", rows)}}{{space}}],"last_seq":"5-x"}{{space}}""";
            using var elements = new JsonElements(new Pieces(Encoding.UTF8.GetBytes(json), piece), "results", Options(1 << 16));
            var read = new List<string>();
            while (elements.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } element)
            {
                read.Add(Encoding.UTF8.GetString(element.Span));
            }

            Assert.Equal(rows.Select(Compact), read.Select(Compact));
            var frame = JsonNode.Parse(elements.Frame.Span)!;
            Assert.Equal("5-x", (string)frame["last_seq"]!);
        });

    [Fact]
    public void An_answer_that_ends_early_is_never_taken_for_whole() =>
        Gen.Select(Values.Array[1, 6], Gen.Double[0, 1], Gen.Int[1, 40]).Sample(sample =>
        {
            var (rows, part, piece) = sample;
            var json = Encoding.UTF8.GetBytes($$"""{"results":[{{string.Join(',', rows)}}],"last_seq":"5-x"}""");
            var cut = json.AsMemory(0, (int)(part * (json.Length - 1)));
            using var elements = new JsonElements(new Pieces(cut.ToArray(), piece), "results", Options(1 << 16));

            var failure = Record.Exception(() =>
            {
                while (elements.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is not null)
                {
                    // On to the end.
                }

                _ = JsonNode.Parse(elements.Frame.Span);
            });
            Assert.True(failure is InvalidDataException or JsonException, failure?.ToString() ?? "It was taken for whole.");
        });

    [Fact]
    public async Task An_element_that_is_too_long_is_refused()
    {
        var json = Encoding.UTF8.GetBytes($$"""{"results":["{{new string('x', 100_000)}}"]}""");
        using var elements = new JsonElements(new MemoryStream(json), "results", Options(50_000));

        await Assert.ThrowsAsync<InvalidDataException>(async () => await elements.ReadAsync(CancellationToken.None));
    }

    /// <summary>What it grew through was left to the collector, and was several times what had been reserved for it.</summary>
    [Fact]
    public async Task A_long_element_leaves_nothing_long_to_the_collector()
    {
        const int Length = 32 << 20;
        var json = Encoding.UTF8.GetBytes($$"""{"results":["{{new string('x', Length)}}"]}""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        // A stream in memory has what is read at once, so that all of it is done on this thread.
        using (var elements = new JsonElements(new MemoryStream(json), "results", Options(2 * Length)))
        {
            var reading = elements.ReadAsync(CancellationToken.None).AsTask();
            Assert.True(reading.IsCompletedSuccessfully);
            Assert.Equal(Length + 2, (await reading)!.Value.Length);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Length / 4);
    }

    private static RemoteOptions Options(int longest) => new() { MaxElementBytes = longest };

    private static string Compact(string json) => JsonNode.Parse(json)?.ToJsonString() ?? "null";

    /// <summary>A stream that gives a few bytes at a time.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
