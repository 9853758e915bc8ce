using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.Views;

/// <summary>Rows never depend on where a batch ends, whatever a function leaves behind.</summary>
public sealed class BatchTests
{
    private const int Documents = 500;
    private readonly Scripts _scripts = new();

    public static TheoryData<string> Functions =>
    [
        "function(doc) { emit(doc._id, doc.n); }",
        "function(doc) { counter = (typeof counter == 'undefined' ? 0 : counter) + 1; emit(doc._id, counter); }",
        "function(doc) { this.seen = (this.seen || 0) + 1; emit(doc._id, this.seen); }",
        "function(doc) { Array.prototype.seen = (Array.prototype.seen || 0) + 1; emit(doc._id, [].seen); }",
        "function(doc) { Math.seen = (Math.seen || 0) + 1; emit(doc._id, Math.seen); }",
        "function(doc) { Math.max.seen = (Math.max.seen || 0) + 1; emit(doc._id, Math.max.seen); }",
        "function(doc) { emit.constructor('return this')().x = 1 + (emit.constructor('return this')().x || 0); emit(doc._id, emit.constructor('return this')().x); }",
        "function(doc) { arguments.callee.n = (arguments.callee.n || 0) + 1; emit(doc._id, arguments.callee.n); }",
        "function(doc) { doc.__proto__.n2 = (doc.n2 || 0) + 1; emit(doc._id, doc.n2); }",
        "function(doc) { Object.defineProperty(Object.prototype, 'p' + doc.n, { value: 1 }); emit(doc._id, {}['p' + (doc.n - 1)]); }",
        "function(doc) { String.prototype.trim = function() { return 'x'; }; emit(doc._id, ' y '.trim()); emit(doc._id, doc.n > 0 && ' y '.trimEnd()); }",
        "var counter = 0; function(doc) { emit(doc._id, counter++); }",
        "let counter = 0; function(doc) { emit(doc._id, counter++); }",
        "(function() { var n = 0; return function(doc) { emit(doc._id, n++); }; })()",
        "var r = /a/g; function(doc) { emit(doc._id, r.test('aa')); }",
        "var m = new Map(); function(doc) { m.set(doc._id, 1); emit(doc._id, m.size); }",
        "var g = (function*() { for (var i = 0; ; i++) yield i; })(); function(doc) { emit(doc._id, g.next().value); }",
        "function(doc) { emit(doc._id, require('views/lib/count').next()); }",
        "function(doc) { var e = emit, k = 'constructor'; var F = e[k]; F('x = (typeof x == \"undefined\" ? 0 : x) + 1')(); emit(doc._id, F('return x')()); }",
    ];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Batches_of_1_7_and_500_give_the_same_rows(string function)
    {
        var maps = _scripts.Maps("""{"count":"var n = 0; exports.next = function() { return n++; };"}""", function);
        var documents = Enumerable.Range(0, Documents).Select(static n => Scripts.Utf8($$"""{"_id":"{{n}}","n":{{n}}}""")).ToArray();
        var alone = Rows(maps, documents, 1);

        Assert.Equal(alone, Rows(maps, documents, 7));
        Assert.Equal(alone, Rows(maps, documents, Documents));
    }

    private static List<string> Rows(MapFunctions maps, ReadOnlyMemory<byte>[] documents, int size)
    {
        var rows = new List<string>();
        for (var from = 0; from < documents.Length; from += size)
        {
            using var results = maps.Map([.. documents.Skip(from).Take(size)], TestContext.Current.CancellationToken);
            for (var i = 0; i < results.Count; i++)
            {
                rows.Add($"{from + results[i].Document} {Scripts.Text(results[i].Key)}:{Scripts.Text(results[i].Value)}");
            }
        }

        return rows;
    }
}
