using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Json;

public sealed class DocumentParserTests
{
    /// <summary>Each line was sent to a CouchDB 3.5.0, which refused it; where it failed (500) any refusal will do.</summary>
    [Fact]
    public void What_CouchDB_refused_is_refused_alike()
    {
        var count = 0;
        foreach (var text in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Json", "rejected.jsonl")))
        {
            using var line = JsonDocument.Parse(text);
            var body = line.RootElement.TryGetProperty("bodyBase64", out var base64)
                ? base64.GetBytesFromBase64()
                : Encoding.UTF8.GetBytes(line.RootElement.GetProperty("body").GetString()!);
            var error = Refusal(body);
            using var answer = JsonDocument.Parse(line.RootElement.GetProperty("answer").GetString()!);
            switch (line.RootElement.GetProperty("status").GetInt32())
            {
                case 400:
                    Assert.Equal(
                        (text, answer.RootElement.GetProperty("error").GetString(), answer.RootElement.GetProperty("reason").GetString()),
                        (text, error?.Error, error?.Reason));
                    break;
                case 500:
                    Assert.True(error is { Status: >= 400 and < 500 }, text);
                    break;
                default:
                    // A conflict or a missing stub, of which the text alone says nothing.
                    Assert.True(error is null, text);
                    break;
            }

            count++;
        }

        Assert.InRange(count, 400, int.MaxValue);
    }

    [Theory]
    [InlineData(5000, "1-26f7bf163eb9e0bcd54fe12e6889f0a4")]
    [InlineData(10000, "1-da5666fbef208be7f969cc5bfad4fa49")]
    [InlineData(20000, "1-906291fe7e085deefcd4bfdefe3b63e6")]
    public void Documents_nested_as_deep_as_CouchDB_takes_them_have_its_revisions(int depth, string revision)
    {
        var document = Parse("{\"v\":" + new string('[', depth) + new string(']', depth) + "}");
        Assert.Equal(revision, RevisionHash.Compute(false, default, document.Term.Span, []).ToString());
        Assert.Equal(document.Term.ToArray(), JsonNormalForm.ToTerm(document.Body.Span));
    }

    [Theory]
    [InlineData('[', ']', DocumentLimits.MaxNesting)]
    [InlineData('[', ']', 2_000_000)]
    [InlineData('{', '}', 2_000_000)]
    public void What_is_nested_without_end_is_refused(char open, char close, int depth)
    {
        const string TooDeep = "The JSON is nested too deep: 65536 levels are the most.";
        var opening = open == '{' ? string.Concat(Enumerable.Repeat("{\"\":", depth)) + "0" : new string(open, depth);
        Assert.Equal(TooDeep, Refusal("{\"v\":" + opening + new string(close, depth) + "}")?.Reason);
        Assert.Equal(TooDeep, Refusal("{\"v\":" + opening)?.Reason);
    }

    [Fact]
    public void Members_of_one_name_keep_the_last_value_in_the_last_place()
    {
        Assert.Equal("""{"b":{"y":3,"x":2},"a":4}""", Body("""{"a":1,"b":{"x":1,"y":3,"x":2},"a":4}"""));
        Assert.Equal("""{"a":2}""", Body("""{"a":1,"\u0061":2}"""));
        var many = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"k{i % 500}\":{i}"));
        Assert.Equal("{" + string.Join(',', Enumerable.Range(500, 500).Select(i => $"\"k{i - 500}\":{i}")) + "}", Body("{" + many + "}"));
        Assert.Equal(Parse("""{"b":1,"a":[2,{"c":3}]}""").Term.ToArray(), Parse("""{"a":0,"b":1,"a":[2,{"c":1,"c":3}]}""").Term.ToArray());
    }

    [Fact]
    public void Tens_of_thousands_of_names_with_one_hash_cost_no_square()
    {
        // The hash looks at the ends of a name only.
        var names = Enumerable.Range(0, 50_000).Select(i => $"\"same-head-{i:D8}-same-tail\":{i % 10}");
        Assert.StartsWith("{\"same-head-00000000-same-tail\":0,", Body("{" + string.Join(',', names) + "}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Special_members_are_taken_out_and_read()
    {
        var document = Parse("""{"a":1,"_id":"x/é","_rev":"2-ABCDEF00000000000000000000000000","_deleted":true,"_access":[1],"b":2,"_conflicts":[],"_replication_id":"r"}""");
        Assert.Equal("x/é", document.Id);
        Assert.Equal("2-abcdef00000000000000000000000000", document.Revision.ToString());
        Assert.True(document.Deleted);
        Assert.Null(document.Revisions);
        Assert.Empty(document.Attachments);
        Assert.Equal("""{"a":1,"_access":[1],"b":2,"_replication_id":"r"}""", Encoding.UTF8.GetString(document.Body.Span));
        Assert.Equal(Parse("""{"a":1,"_access":[1],"b":2,"_replication_id":"r"}""").Term.ToArray(), document.Term.ToArray());
    }

    [Fact]
    public void A_special_member_may_be_escaped_and_may_occur_twice()
    {
        var document = Parse("""{"_id":5,"x":1,"\u005fid":"y\u0021"}""");
        Assert.Equal("y!", document.Id);
        Assert.Equal("{\"x\":1}", Encoding.UTF8.GetString(document.Body.Span));
        Assert.Equal("Bad special document member: _f\"o", Refusal("""{"_f\"o":1}""")?.Reason);
    }

    [Fact]
    public void Revisions_decide_over_the_rev_that_comes_after()
    {
        var document = Parse("""{"_revisions":{"start":3,"ids":["c","00000000000000000000000000000bBb","a"]},"_rev":"x"}""");
        Assert.Equal(["3-c", "2-00000000000000000000000000000bbb", "1-a"], document.Revisions!.Select(r => r.ToString()));
        Assert.Equal("3-c", document.Revision.ToString());
        Assert.Equal("Invalid rev format", Refusal("""{"_rev":"x","_revisions":{"start":1,"ids":["a"]}}""")?.Reason);
        Assert.Equal("1-q", Parse("""{"_revisions":{"start":0,"ids":[]},"_rev":"1-q"}""").Revision.ToString());
        Assert.Null(Parse("""{"_rev":"1-q","_revisions":{"start":0,"ids":[]}}""").Revision);
    }

    [Theory]
    [InlineData("""{"start":1.0,"ids":["a"]}""", "_revisions.start isn't an integer.")]
    [InlineData("""{"ids":["a"]}""", "_revisions.start isn't an integer.")]
    [InlineData("""{"start":1}""", "_revisions.ids isn't a array.")]
    [InlineData("""{"start":1,"ids":{}}""", "_revisions.ids isn't a array.")]
    [InlineData("""{"start":1,"ids":[5]}""", "RevId isn't a string")]
    [InlineData("""{"start":1,"ids":["a",null]}""", "RevId isn't a string")]
    [InlineData("""{"start":1,"ids":["zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"]}""", "RevId isn't a valid hexadecimal")]
    public void Revisions_that_cannot_be_read_are_refused(string revisions, string reason) =>
        Assert.Equal(DocumentError.Validation(reason), Refusal($"{{\"_revisions\":{revisions}}}"));

    [Fact]
    public void Attachments_are_read_in_all_their_kinds()
    {
        var attachments = Parse(
            """
            {"_attachments":{
              "s":{"stub":true,"revpos":3,"length":7,"digest":"md5-x","content_type":5},
              "n":7,
              "f":{"follows":true,"content_type":"text/plain","length":100,"encoding":"gzip","encoded_length":60,"digest":"md5-y"},
              "d":{"data":"A A\nEC","content_type":"a/b","length":99,"revpos":1},
              "e":{"data":""}}}
            """).Attachments;
        Assert.Equal(["s", "f", "d", "e"], attachments.Select(a => a.Name));
        Assert.True(attachments[0] is { Stub: true, Follows: false, RevisionPosition: 3, Length: 7, Digest: "md5-x", Data: null });
        Assert.True(attachments[1] is
        {
            Stub: false, Follows: true, ContentType: "text/plain", Length: 100, EncodedLength: 60, Encoding: "gzip", Data: null,
        });
        Assert.Equal([0, 1, 2], attachments[2].Data!.Value.ToArray());
        Assert.True(attachments[2] is { Length: 3, EncodedLength: 3, ContentType: "a/b", RevisionPosition: 1 });
        Assert.True(attachments[3] is { Length: 0, ContentType: "application/octet-stream", RevisionPosition: null });
        Assert.Equal(0, attachments[3].Data!.Value.Length);
    }

    [Theory]
    [InlineData("AB==", true)]
    [InlineData("AA= =", true)]
    [InlineData(" ", true)]
    [InlineData("AAAA====", false)]
    [InlineData("AA==AA", false)]
    [InlineData("AA=A", false)]
    [InlineData("AA", false)]
    [InlineData("=", false)]
    [InlineData("-_-_", false)]
    [InlineData("AA\\u000bEC", false)]
    public void Data_is_the_base64_that_CouchDB_takes(string data, bool taken) =>
        Assert.Equal(
            taken ? null : "Invalid attachment data for x",
            Refusal($"{{\"_attachments\":{{\"x\":{{\"data\":\"{data}\"}}}}}}")?.Reason);

    [Fact]
    public void A_document_is_measured_as_CouchDB_measures_it()
    {
        // An escape counts as what it stands for, and a float as three bytes.
        var limits = new DocumentLimits { MaxDocumentSize = 20 };
        Assert.Null(Refusal("""{"_id":"a","k":"\n\n\n\n\n\n\n\n\n\n\n\n"}""", limits));
        Assert.Null(Refusal("""{"k":[0.123456789012345,1.2]}""", limits));
        Assert.Equal(new DocumentError(413, "document_too_large", "a"), Refusal("""{"_id":"a","k":"1234567890123"}""", limits));
        Assert.Null(Refusal("""{"_id":"a","k":"123456789012"}""", limits));
    }

    [Fact]
    public void An_attachment_may_be_too_large()
    {
        var limits = new DocumentLimits { MaxAttachmentSize = 2 };
        Assert.Equal(
            new DocumentError(413, "attachment_too_large", "b"),
            Refusal("""{"_attachments":{"a":{"data":"AAA="},"b":{"data":"AAAA"}}}""", limits));
    }

    [Theory]
    [InlineData("", "Document id must not be empty")]
    [InlineData("_design/", "Illegal document id `_design/`")]
    [InlineData("_local/", "Illegal document id `_local/`")]
    [InlineData("_x", "Only reserved document ids may start with underscore.")]
    [InlineData("éééééé", "Document id is too long")]
    [InlineData("_design/a", null)]
    [InlineData("_local/a", null)]
    [InlineData("a_b", null)]
    [InlineData("😀", null)]
    public void Ids_are_checked_as_CouchDB_does(string id, string? reason)
    {
        var limits = new DocumentLimits { MaxDocumentIdLength = 11 };
        var error = Record.Exception(() => DocumentParser.ValidateId(id, limits)) as DocumentException;
        Assert.Equal(reason is null ? null : new DocumentError(400, "illegal_docid", reason), error?.Error);
    }

    [Fact]
    public void An_id_that_was_no_Utf8_is_refused() =>
        Assert.Equal(
            "Document id must be valid UTF-8",
            Assert.Throws<DocumentException>(() => DocumentParser.ValidateId("a\ud800", DocumentLimits.Default)).Error.Reason);

    [Fact]
    public void Any_value_has_a_normal_form()
    {
        var output = new ArrayBufferWriter<byte>();
        JsonNormalForm.Write(" [ 1.50 , \"\\u00e9\" , {\"_x\" : 1e2} , 123456789012345678901234567890 ] "u8, output);
        Assert.Equal("[1.5,\"é\",{\"_x\":100.0},123456789012345678901234567890]", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Throws<DocumentException>(() => JsonNormalForm.Write("1 2"u8, output));
        Assert.Throws<DocumentException>(() => JsonNormalForm.Write(""u8, output));
    }

    private static ParsedDocument Parse(string json) => DocumentParser.Parse(Encoding.UTF8.GetBytes(json), DocumentLimits.Default);

    private static string Body(string json) => Encoding.UTF8.GetString(Parse(json).Body.Span);

    private static DocumentError? Refusal(string json, DocumentLimits? limits = null) => Refusal(Encoding.UTF8.GetBytes(json), limits);

    private static DocumentError? Refusal(byte[] json, DocumentLimits? limits = null)
    {
        try
        {
            DocumentParser.Parse(json, limits ?? DocumentLimits.Default);
            return null;
        }
        catch (DocumentException refusal)
        {
            return refusal.Error;
        }
    }
}
