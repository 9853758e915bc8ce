using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Revisions;

/// <summary>
/// Documents that were put into a CouchDB 3.5.0, the revisions that it gave them and what it printed. A line is an object of
/// <c>id</c>, <c>body</c> as it was sent, <c>rev</c> and <c>stored</c>, and <c>parent</c> where that was not in the body.
/// 500 of them are kept here; <c>CLOUDWALL_REVISION_CORPUS</c> names a file of more.
/// </summary>
public sealed class RevisionCorpusTests
{
    private readonly Dictionary<string, Dictionary<string, HashedAttachment>> _stored = [];

    [Fact]
    public void Revisions_and_bodies_are_those_that_CouchDB_gave()
    {
        var file = Environment.GetEnvironmentVariable("CLOUDWALL_REVISION_CORPUS")
            ?? Path.Combine(AppContext.BaseDirectory, "Revisions", "revisions.jsonl");
        var wrong = new List<string>();
        var count = 0;
        foreach (var line in File.ReadLines(file))
        {
            count++;
            using var json = JsonDocument.Parse(line);
            if (Difference(json.RootElement) is { } difference)
            {
                wrong.Add($"{json.RootElement.GetProperty("id")} {json.RootElement.GetProperty("rev")}: {difference}");
            }
        }

        Assert.InRange(count, 500, int.MaxValue);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count}:\n" + string.Join('\n', wrong.Take(50)));
    }

    private string? Difference(JsonElement line)
    {
        var stored = line.GetProperty("stored").GetString()!;
        var expected = line.GetProperty("rev").GetString()!;
        var id = line.GetProperty("id").GetString()!;
        var document = DocumentParser.Parse(Encoding.UTF8.GetBytes(line.GetProperty("body").GetString()!), DocumentLimits.Default);
        var parent = document.Revision
            ?? (line.TryGetProperty("parent", out var given) ? RevisionId.Parse(given.GetString()!) : default);

        var attachments = new List<HashedAttachment>();
        foreach (var attachment in document.Attachments)
        {
            attachments.Add(attachment.Stub ? _stored[id + "@" + parent][attachment.Name] : Store(attachment));
        }

        Remember(id + "@" + expected, stored);
        if (attachments.Find(a => !_stored[id + "@" + expected][a.Name].Md5.Span.SequenceEqual(a.Md5.Span)) is { Name: not null } other)
        {
            return "digest of " + other.Name;
        }

        // Where the parent is not in the body, the document was deleted and is created anew.
        var revision = (document.Revision is null && !parent.IsNone
            ? RevisionHash.ComputeRecreation(parent, document.Term.Span, attachments.Count)
            : RevisionHash.Compute(document.Deleted, parent, document.Term.Span, attachments)).ToString();
        if (revision != expected)
        {
            return "revision is " + revision;
        }

        var body = Encoding.UTF8.GetString(document.Body.Span)[1..^1];
        var printed = stored[(stored.IndexOf("\"_rev\":", StringComparison.Ordinal) + "\"_rev\":\"\"".Length + expected.Length)..^1];
        printed = printed.TrimStart(',');
        if (!printed.StartsWith(body, StringComparison.Ordinal))
        {
            return $"stored is {Short(printed)}, not {Short(body)}";
        }

        var rest = printed[body.Length..].TrimStart(',');
        if (document.Deleted)
        {
            Assert.StartsWith("\"_deleted\":true", rest, StringComparison.Ordinal);
            rest = rest["\"_deleted\":true".Length..].TrimStart(',');
        }

        if (rest.Length > 0 && !(attachments.Count > 0 && rest.StartsWith("\"_attachments\":{", StringComparison.Ordinal)))
        {
            return "stored has more: " + Short(rest);
        }

        // An edit that leaves the body alone starts from what is stored; only the sign of a zero is lost there.
        var again = JsonNormalForm.ToTerm(document.Body.Span);
        return again.AsSpan().SequenceEqual(document.Term.Span) || SameButForZeros(again, document.Term.Span) ? null : "term of what is stored";
    }

    private static bool SameButForZeros(byte[] again, ReadOnlySpan<byte> term)
    {
        ReadOnlySpan<byte> negative = [70, 0x80, 0, 0, 0, 0, 0, 0, 0];
        var copy = term.ToArray();
        for (var at = copy.AsSpan().IndexOf(negative); at >= 0; at = copy.AsSpan().IndexOf(negative))
        {
            copy[at + 1] = 0;
        }

        return again.AsSpan().SequenceEqual(copy);
    }

    private static HashedAttachment Store(ParsedAttachment attachment)
    {
        var data = attachment.Data!.Value.Span;
        return new HashedAttachment(
            attachment.Name,
            attachment.ContentType,
            MD5.HashData(CompressibleTypes.Default.Matches(attachment.ContentType) ? CouchGzipStream.Compress(data) : data));
    }

    private static string Short(string text) => text.Length > 200 ? text[..200] + "…" : text;

    private void Remember(string key, string stored)
    {
        var attachments = _stored[key] = [];
        using var json = JsonDocument.Parse(stored, new JsonDocumentOptions { MaxDepth = 10000 });
        if (!json.RootElement.TryGetProperty("_attachments", out var members))
        {
            return;
        }

        foreach (var member in members.EnumerateObject())
        {
            var digest = Convert.FromBase64String(member.Value.GetProperty("digest").GetString()!["md5-".Length..]);
            attachments[member.Name] = new HashedAttachment(member.Name, member.Value.GetProperty("content_type").GetString()!, digest);
        }
    }
}
