using System.Security.Cryptography;
using System.Text;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.QueryServers;

/// <summary>The functions of a design document other than its views, which a query server runs.</summary>
internal sealed class ServerDesign : DesignFunctions
{
    private readonly QueryServerPool _pool;
    private readonly string _scope;
    private readonly DesignSource _source;
    private readonly string _id;
    private readonly string _signature;

    public ServerDesign(QueryServerPool pool, string scope, DesignSource source)
    {
        (_pool, _scope, _source) = (pool, scope, source);
        _id = ServerAnswer.TryMember(source.Document, "_id", out var id) ? ServerAnswer.Word(id) ?? "" : "";
        _signature = Convert.ToHexString(SHA256.HashData(source.Document.Span));
        HasValidation = ServerAnswer.TryMember(source.Document, "validate_doc_update", out _);
    }

    public override bool HasValidation { get; }

    public override long SourceBytes => _source.Document.Length;

    public override void ReleaseIdle() => _pool.Release(_scope);

    public override bool[] Filter(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> documents, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Passes(["filters", name], documents, line => line.Raw(","u8).Value(request), cancellation);

    public override bool[] FilterByView(
        string view, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellation = default) =>
        Passes(["views", view, "map"], documents, static line => line, cancellation);

    public override void Validate(in ValidationArguments arguments, CancellationToken cancellation = default)
    {
        var given = arguments;
        Ask(
            ["validate_doc_update"],
            line => line.Values([given.NewDocument, given.OldDocument, given.UserContext, given.Security]),
            static (_, answer) =>
            {
                if (answer.Span.Trim(" \r\t"u8) is var text && (text.SequenceEqual("1"u8) || text.SequenceEqual("true"u8)))
                {
                    return true;
                }
                foreach (var name in (string[])["forbidden", "unauthorized"])
                {
                    if (ServerAnswer.TryMember(answer, name, out var reason))
                    {
                        throw new ScriptException(name, (ReadOnlyMemory<byte>)reason.ToArray());
                    }
                }
                throw new ScriptException("unknown_error", (ReadOnlyMemory<byte>)answer.ToArray());
            },
            cancellation);
    }

    public override ReadOnlyMemory<byte> Show(
        string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Ask(
            ["shows", name],
            line => line.Values([document, request]),
            static (process, answer) => ServerAnswer.Elements(process, answer) is [var word, var response] && ServerAnswer.Word(word) == "resp"
                ? (ReadOnlyMemory<byte>)response.ToArray()
                : throw process.Nonsense("unexpected answer"),
            cancellation);

    public override UpdateResult Update(
        string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Ask(
            ["updates", name],
            line => line.Values([document, request]),
            static (process, answer) =>
                ServerAnswer.Elements(process, answer) is [var word, var changed, var response] && ServerAnswer.Word(word) == "up"
                    ? new UpdateResult(changed.ToArray(), response.ToArray())
                    : throw process.Nonsense("unexpected answer"),
            cancellation);

    public override void List(
        string name, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> request, ListExchange exchange, CancellationToken cancellation = default) =>
        Ask(
            ["lists", name],
            line => line.Values([head, request]),
            (process, answer) =>
            {
                try
                {
                    Stream(process, answer, exchange);
                    return true;
                }
                catch
                {
                    process.Kill();
                    throw;
                }
            },
            cancellation);

    public override ReadOnlyMemory<byte>? Rewrite(ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Ask(
            ["rewrites"],
            line => line.Values([request]),
            static (process, answer) => ServerAnswer.Elements(process, answer) switch
            {
                [var word, var rule] when ServerAnswer.Word(word) == "ok" => (ReadOnlyMemory<byte>?)rule.ToArray(),
                [var word] when ServerAnswer.Word(word) == "no_dispatch_rule" => null,
                _ => throw process.Nonsense("unexpected answer"),
            },
            cancellation);

    private static void Stream(QueryServerProcess process, ReadOnlyMemory<byte> answer, ListExchange exchange)
    {
        if (ServerAnswer.Elements(process, answer) is not [var word, var first, var response] || ServerAnswer.Word(word) != "start")
        {
            throw process.Nonsense("unexpected answer");
        }
        var text = Chunks(process, first);
        exchange.Start(response.ToArray());
        Send(exchange, text);
        using var line = new ServerLine();
        while (true)
        {
            line.Clear();
            ScriptPlace.Current?.MakeWay();
            var any = exchange.TryGetRow(out var row);
            var said = process.Ask(any ? line.Raw("[\"list_row\","u8).Value(row).Raw("]"u8).Finish() : "[\"list_end\"]\n"u8);
            if (ServerAnswer.Elements(process, said) is not [var kind, var chunks] || ServerAnswer.Word(kind) is not ("chunks" or "end"))
            {
                throw process.Nonsense("unexpected answer");
            }
            var ended = ServerAnswer.Word(kind) == "end";
            Send(exchange, Chunks(process, chunks));
            if (ended)
            {
                return;
            }
            if (!any)
            {
                throw process.Nonsense("unexpected answer");
            }
        }
    }

    private static void Send(ListExchange exchange, byte[] text)
    {
        if (text.Length > 0)
        {
            exchange.Send(text);
        }
    }

    private static byte[] Chunks(QueryServerProcess process, ReadOnlyMemory<byte> json) =>
        Encoding.UTF8.GetBytes(string.Concat(ServerAnswer.Elements(process, json).Select(ServerAnswer.Word)));

    private bool[] Passes(
        string[] path, IReadOnlyList<ReadOnlyMemory<byte>> documents, Func<ServerLine, ServerLine> more, CancellationToken cancellation) =>
        Ask(
            path,
            line => more(line.Raw("["u8).Values(documents)).Raw("]"u8),
            (process, answer) =>
                ServerAnswer.Elements(process, answer) is [var fine, var passes] && fine.Span.SequenceEqual("true"u8)
                && ServerAnswer.Elements(process, passes) is var all && all.Count == documents.Count
                    ? all.ConvertAll(static pass => pass.Span.SequenceEqual("true"u8)).ToArray()
                    : throw process.Nonsense("unexpected answer"),
            cancellation);

    private T Ask<T>(
        string[] path, Action<ServerLine> arguments, Func<QueryServerProcess, ReadOnlyMemory<byte>, T> read, CancellationToken cancellation)
    {
        var at = _source.Document;
        foreach (var name in path)
        {
            at = ServerAnswer.TryMember(at, name, out var member) ? member : throw ScriptException.Missing(name);
        }

        using var line = new ServerLine();
        line.Raw("[\"ddoc\","u8).Text(_id).Raw(","u8).Texts(path).Raw(","u8);
        arguments(line);
        line.Raw("]"u8).Finish();
        return _pool.Use(_scope, process =>
        {
            _pool.Reset(process);
            if (!process.Designs.TryGetValue(_id, out var known) || known != _signature)
            {
                using var design = new ServerLine();
                design.Raw("[\"ddoc\",\"new\","u8).Text(_id).Raw(","u8).Value(_source.Document).Raw("]"u8);
                QueryServerPool.Expect(process, design.Finish());
                process.Designs[_id] = _signature;
            }
            return read(process, process.Ask(line.Bytes));
        }, cancellation);
    }
}
