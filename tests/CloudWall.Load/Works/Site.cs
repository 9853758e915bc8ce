using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CloudWall.Load.Http;

namespace CloudWall.Load.Works;

/// <summary>A server under load, with connections that last and the databases that were made on it.</summary>
internal sealed class Site(Target target, double scale) : IAsyncDisposable
{
    private readonly List<Connection> _connections = [];
    private readonly HashSet<string> _databases = [];
    private readonly Dictionary<string, object> _kept = [];

    public Target Target => target;

    /// <summary>A number of things, by the scale of the run; at least one.</summary>
    public int Scaled(int count) => Math.Max(1, (int)(count * scale));

    /// <summary>What a work keeps for its next run on this server.</summary>
    public T Keep<T>(string name, Func<T> make)
        where T : notnull
    {
        if (!_kept.TryGetValue(name, out var kept))
        {
            _kept.Add(name, kept = make());
        }

        return (T)kept;
    }

    /// <summary>What a work keeps for its next run on this server, made in steps.</summary>
    public async Task<T> KeepAsync<T>(string name, Func<Task<T>> make)
        where T : notnull
    {
        if (!_kept.TryGetValue(name, out var kept))
        {
            _kept.Add(name, kept = await make());
        }

        return (T)kept;
    }

    /// <summary>Replaces what a work keeps.</summary>
    public void Set(string name, object value) => _kept[name] = value;

    /// <summary>Some connections, always the same.</summary>
    public async Task<IReadOnlyList<Connection>> ConnectAsync(int count)
    {
        while (_connections.Count < count)
        {
            _connections.Add(await target.ConnectAsync());
        }

        return _connections.GetRange(0, count);
    }

    /// <summary>A database of this run; made if it is not there.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> DatabaseAsync(string name)
    {
        var path = target.Prefix + name;
        if (_databases.Add(path))
        {
            (await (await ConnectAsync(1))[0].SendAsync(target.Request("PUT", path))).Expect(201);
        }

        return path;
    }

    /// <summary>A database of this run with documents <c>d00000000</c> and so on.</summary>
    public async Task<string> DocumentsAsync(string name, int count)
    {
        var isNew = !_databases.Contains(target.Prefix + name);
        var path = await DatabaseAsync(name);
        for (var from = 0; isNew && from < count; from += 1000)
        {
            var batch = Samples.Batch(Enumerable.Range(from, Math.Min(1000, count - from)).Select(i => Samples.Document(Samples.Id(i), i)));
            (await (await ConnectAsync(1))[0].SendAsync(target.Request("POST", path + "/_bulk_docs", batch))).Expect(201);
        }

        return path;
    }

    /// <summary>Makes sure that a database has a number of documents, and has taken a number of updates.</summary>
    /// <exception cref="InvalidDataException">It has another.</exception>
    public async Task ExpectAsync(string database, long documents, long updates)
    {
        using var info = JsonDocument.Parse(await ReadAsync("GET", database));
        var found = info.RootElement.GetProperty("doc_count").GetInt64();
        var sequence = info.RootElement.GetProperty("update_seq").GetString()!;
        if (found != documents || sequence.Split('-')[0] != updates.ToString(CultureInfo.InvariantCulture))
        {
            throw new InvalidDataException($"{database} has {found} documents at {sequence}, but should have {documents} at {updates}.");
        }
    }

    /// <summary>Asks for something and keeps the answer.</summary>
    public async Task<byte[]> ReadAsync(string method, string path, byte[]? body = null, int status = 200)
    {
        var connection = (await ConnectAsync(1))[0];
        connection.Keep = new ArrayBufferWriter<byte>();
        try
        {
            (await connection.SendAsync(target.Request(method, path, body))).Expect(status);
            return connection.Keep.WrittenSpan.ToArray();
        }
        finally
        {
            connection.Keep = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Another connection, since a work that failed may have left answers half read.
        using (var connection = await target.ConnectAsync())
        {
            foreach (var database in _databases)
            {
                await connection.SendAsync(target.Request("DELETE", database));
            }
        }

        HangUp();
    }

    /// <summary>Closes the connections: a server ends those that say nothing for long, as most do in most works.</summary>
    public void HangUp()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        _connections.Clear();
    }
}
