using System.Buffers;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.QueryServers;

/// <summary>Map functions that a query server runs.</summary>
internal sealed class ServerMaps : MapFunctions
{
    // What is on its way to the program fits in a pipe, so that sending never waits while the program waits for its answers to be read.
    private const int Ahead = 16 << 10;

    /// <summary>How long documents are mapped together: others wait for the index's turn.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    private readonly QueryServerPool _pool;
    private readonly string _scope;
    private readonly MapSource _source;

    public ServerMaps(QueryServerPool pool, string scope, MapSource source)
    {
        (_pool, _scope, _source) = (pool, scope, source);
        pool.Use(scope, Prepare, default);
    }

    public override int Count => _source.Functions.Count;

    public override long SourceBytes => _source.Library.Length + _source.Functions.Sum(static text => 2L * text.Length);

    public override void ReleaseIdle() => _pool.Release(_scope);

    public override MapResults Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, CancellationToken cancellation)
    {
        var results = new MapResults();
        try
        {
            return _pool.Use(_scope, process =>
            {
                Prepare(process);
                Run(process, documents, room, results);
                return results;
            }, cancellation);
        }
        catch
        {
            results.Dispose();
            throw;
        }
    }

    private bool Prepare(QueryServerProcess process)
    {
        if (ReferenceEquals(process.Prepared, this))
        {
            return true;
        }
        _pool.Reset(process);
        using var line = new ServerLine();
        if (!_source.Library.IsEmpty)
        {
            QueryServerPool.Expect(process, line.Raw("[\"add_lib\","u8).Value(_source.Library).Raw("]"u8).Finish());
        }
        foreach (var function in _source.Functions)
        {
            QueryServerPool.Expect(process, line.Clear().Raw("[\"add_fun\","u8).Text(function).Raw("]"u8).Finish());
        }
        process.Prepared = this;
        return true;
    }

    private void Run(QueryServerProcess process, IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, MapResults results)
    {
        using var line = new ServerLine();
        var (sent, bytes) = (0, 0);
        var sizes = new Queue<int>();
        var time = _pool.Options.Time;
        var began = time.GetTimestamp();
        try
        {
            for (var i = 0; i < documents.Count; i++)
            {
                process.Begin();
                var isFull = results.Documents > 0 && (results.Bytes >= room || time.GetElapsedTime(began) >= Long);
                if (isFull && sizes.Count == 0)
                {
                    return;
                }

                while (!isFull && sent < documents.Count && (sizes.Count == 0 || bytes + documents[sent].Length + 16 <= Ahead))
                {
                    var text = line.Clear().Raw("[\"map_doc\","u8).Value(documents[sent++]).Raw("]"u8).Finish();
                    process.Write(text);
                    sizes.Enqueue(text.Length);
                    bytes += text.Length;
                }

                var answer = process.Answer();
                bytes -= sizes.Dequeue();

                // Answers that are on their way when there is no room left are dropped.
                if (!isFull)
                {
                    Read(process, i, answer, results);
                    results.Documents++;
                }
            }
        }
        catch
        {
            // Answers may still be on their way.
            process.Kill();
            throw;
        }
        finally
        {
            process.End();
        }
    }

    private void Read(QueryServerProcess process, int document, ReadOnlyMemory<byte> answer, MapResults results)
    {
        var functions = ServerAnswer.Elements(process, answer);
        if (functions.Count != Count)
        {
            throw process.Nonsense("unexpected answer");
        }
        for (var i = 0; i < functions.Count; i++)
        {
            foreach (var row in ServerAnswer.Elements(process, functions[i]))
            {
                if (ServerAnswer.Elements(process, row) is not [var key, var value])
                {
                    throw process.Nonsense("unexpected answer");
                }
                var start = results.Position;
                results.Writer.Write(key.Span);
                var middle = results.Position;
                results.Writer.Write(value.Span);
                results.Add(document, i, start, middle);
            }
        }
    }
}
