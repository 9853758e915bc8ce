using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.QueryServers;

/// <summary>Reduce functions that a query server runs.</summary>
internal sealed class ServerReduces(QueryServerPool pool, string scope, ReduceSource source) : ReduceFunctions
{
    public override int Count => source.Functions.Count;

    public override long SourceBytes => source.Functions.Sum(static text => 2L * text.Length);

    public override void ReleaseIdle() => pool.Release(scope);

    public override IReadOnlyList<ReadOnlyMemory<byte>> Reduce(IReadOnlyList<ReduceRow> rows, CancellationToken cancellation = default)
    {
        using var line = new ServerLine();
        line.Raw("[\"reduce\","u8).Texts(source.Functions).Raw(",["u8);
        for (var i = 0; i < rows.Count; i++)
        {
            line.Raw(i == 0 ? "[["u8 : ",[["u8).Value(rows[i].Key).Raw(","u8).Value(rows[i].Id).Raw("],"u8).Value(rows[i].Value).Raw("]"u8);
        }
        line.Raw("]]"u8);
        return Ask(line, Count, cancellation);
    }

    public override ReadOnlyMemory<byte> Rereduce(
        int function, IReadOnlyList<ReadOnlyMemory<byte>> values, CancellationToken cancellation = default)
    {
        using var line = new ServerLine();
        line.Raw("[\"rereduce\","u8).Texts([source.Functions[function]]).Raw(","u8).Values(values).Raw("]"u8);
        return Ask(line, 1, cancellation)[0];
    }

    private List<ReadOnlyMemory<byte>> Ask(ServerLine line, int count, CancellationToken cancellation)
    {
        line.Finish();
        return pool.Use(scope, process =>
        {
            pool.Reset(process);
            if (ServerAnswer.Elements(process, process.Ask(line.Bytes)) is [var fine, var results] && fine.Span.SequenceEqual("true"u8)
                && ServerAnswer.Elements(process, results) is var found && found.Count == count)
            {
                return found.ConvertAll(static result => (ReadOnlyMemory<byte>)result.ToArray());
            }
            throw process.Nonsense("unexpected answer");
        }, cancellation);
    }
}
