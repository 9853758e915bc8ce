using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CloudWall.Documents.Json;
using CsCheck;

namespace CloudWall.Documents.Tests.Json;

public sealed partial class JsonPropertyTests
{
    [Fact]
    public void The_normal_form_of_a_normal_form_is_itself() =>
        JsonMaker.Values.Sample(json =>
        {
            var once = Normal(Encoding.UTF8.GetBytes(json));
            return once.AsSpan().SequenceEqual(Normal(Exact(once)));
        });

    [Fact]
    public void A_normal_form_says_what_the_text_said() =>
        JsonMaker.Values.Where(json => !CouchNumber().IsMatch(json)).Sample(json =>
        {
            using var before = JsonDocument.Parse(json);
            using var after = JsonDocument.Parse(Normal(Encoding.UTF8.GetBytes(json)));
            return Same(before.RootElement, after.RootElement);
        });

    [Fact]
    public void A_stored_body_has_the_term_that_it_had_when_it_was_sent() =>
        JsonMaker.Documents.Sample(json =>
        {
            var document = DocumentParser.Parse(Encoding.UTF8.GetBytes(json), DocumentLimits.Default);
            return JsonNormalForm.ToTerm(document.Body.Span).AsSpan().SequenceEqual(document.Term.Span);
        });

    [Fact]
    public void It_does_not_matter_how_a_text_is_cut_into_segments() =>
        Gen.Select(JsonMaker.Documents, Gen.Int[0, 1 << 20].Array[0, 8]).Sample((json, cuts) =>
        {
            var bytes = Encoding.UTF8.GetBytes(json);
            var whole = DocumentParser.Parse(bytes, DocumentLimits.Default);
            var parts = DocumentParser.Parse(Cut(bytes, cuts), DocumentLimits.Default);
            return whole.Body.Span.SequenceEqual(parts.Body.Span) && whole.Term.Span.SequenceEqual(parts.Term.Span);
        });

    [Fact]
    public void Broken_texts_are_refused_and_nothing_worse() =>
        Gen.Select(JsonMaker.Documents, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte, Gen.Int[0, 3]).Array[1, 4]).Sample((json, changes) =>
        {
            var bytes = Encoding.UTF8.GetBytes("{\"_attachments\":{\"a\":{\"data\":\"AAAA\"}},\"_revisions\":{\"start\":2,\"ids\":[\"b\",\"a\"]},\"x\":" + json + "}").ToList();
            foreach (var (at, value, kind) in changes.TakeWhile(_ => bytes.Count > 0))
            {
                var place = at % bytes.Count;
                switch (kind)
                {
                    case 0:
                        bytes[place] = value;
                        break;
                    case 1:
                        bytes.RemoveAt(place);
                        break;
                    case 2:
                        bytes.Insert(place, "{}[]\",:\\0e-"u8[value % 11]);
                        break;
                    default:
                        bytes.RemoveRange(place, bytes.Count - place);
                        bytes.Add((byte)' ');
                        break;
                }
            }

            byte[] changed = [.. bytes];
            try
            {
                DocumentParser.Parse(changed, DocumentLimits.Default);
            }
            catch (DocumentException refusal)
            {
                Assert.Equal(400, refusal.Error.Status);
                return;
            }

            // What was taken must be JSON for everybody else when it is read back.
            using var read = JsonDocument.Parse(DocumentParser.Parse(changed, DocumentLimits.Default).Body, new JsonDocumentOptions { MaxDepth = 100 });
        });

    /// <summary>Numbers that CouchDB reads in its own way: rounded twice, or to 0.</summary>
    [GeneratedRegex("[0-9]e([-+]|3)")]
    private static partial Regex CouchNumber();

    private static byte[] Normal(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonNormalForm.Write(json, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The least double is printed in a way that reads as 0.</summary>
    private static byte[] Exact(byte[] json) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace("5e-324", "4.9e-324", StringComparison.Ordinal));

    private static bool Same(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind)
        {
            return false;
        }

        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                var names = left.EnumerateObject().Select(m => m.Name).Distinct().ToList();
                return names.Count == right.EnumerateObject().Count()
                    && names.All(name => Same(left.GetProperty(name), right.GetProperty(name)));
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength()
                    && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => Same(pair.First, pair.Second));
            case JsonValueKind.String:
                return left.GetString() == right.GetString();
            case JsonValueKind.Number:
                return left.GetDouble().Equals(right.GetDouble()) || left.GetRawText() is "-0" or "0";
            default:
                return true;
        }
    }

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int[] cuts)
    {
        var places = cuts.Select(c => c % (bytes.Length + 1)).Append(0).Append(bytes.Length).Order().ToList();
        Segment? first = null;
        Segment? last = null;
        for (var i = 1; i < places.Count; i++)
        {
            last = new Segment(bytes.AsMemory(places[i - 1]..places[i]), last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
