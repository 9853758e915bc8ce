using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Sequences;
using CloudWall.Indexing.Queries;
using CloudWall.Scripting.Running;
using CloudWall.Server.Endpoints.Listings;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Views;

/// <summary>What a view answers to one query: rows, or what they reduce to.</summary>
internal sealed class ViewListing
{
    /// <summary>How long a place for functions is kept for several rows.</summary>
    private static readonly TimeSpan InOnePlace = TimeSpan.FromMilliseconds(50);

    /// <summary>Groups of larger rows have room before they are read: once as they are read, and once as they are shown.</summary>
    private const int LargeRow = 64 << 10;

    private readonly Exchange _exchange;
    private readonly ScriptRunner _runner;
    private readonly TimeProvider _time;
    private readonly int _view;
    private readonly int _reduction;
    private readonly ViewQuery _query;

    /// <summary>Checks the options.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="runner">Where reduce functions run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="view">The view's number, and that of its reduce function, or -1.</param>
    /// <param name="options">The options.</param>
    /// <param name="partitioned">Whether the view is partitioned.</param>
    /// <exception cref="DocumentException">400: they cannot be together.</exception>
    public ViewListing(
        Exchange exchange,
        ScriptRunner runner,
        TimeProvider time,
        (int View, int Reduction) view,
        ListingOptions options,
        bool partitioned)
    {
        _exchange = exchange;
        _runner = runner;
        _time = time;
        Options = options;
        (_view, _reduction) = options.Reduce == false ? (view.View, -1) : view;
        options.ValidateView(reduced: _reduction >= 0, partitioned);
        _query = new ViewQuery
        {
            StartKey = options.StartKey?.Utf8,
            StartId = options.StartDocumentId,
            EndKey = options.EndKey?.Utf8,
            EndId = options.EndDocumentId,
            InclusiveEnd = options.InclusiveEnd,
            Descending = options.Descending,
            Keys = options.Keys?.Select(static key => key.Utf8).ToList(),
            Skip = options.Skip,
            Limit = options.Limit,
            GroupLevel = options.GroupBy,
            Partition = options.Partition,
        };
    }

    /// <summary>The view's number.</summary>
    public int View => _view;

    /// <summary>The number of the reduce function; -1 for rows.</summary>
    public int Reduction => _reduction;

    /// <summary>Which rows.</summary>
    public ViewQuery Query => _query;

    /// <summary>What was asked for.</summary>
    public ListingOptions Options { get; }

    /// <summary>Writes the answer, but for its last line end.</summary>
    public async ValueTask WriteAsync(ResponseStream stream, ViewSnapshot snapshot)
    {
        await (_reduction >= 0 ? WriteReducedAsync(stream, snapshot) : WriteRowsAsync(stream, snapshot));
        stream.Stalled = null;
    }

    private async ValueTask WriteRowsAsync(ResponseStream stream, ViewSnapshot snapshot)
    {
        using var rows = snapshot.ReadRows(_query);
        var buffer = stream.Buffer.Raw("{\"total_rows\":"u8).Number(snapshot.TotalRows).Raw(",\"offset\":"u8).Number(rows.Offset);
        WriteSequence(buffer.Raw(","u8), snapshot);
        buffer.Raw("\"rows\":[\r\n"u8);
        var documents = Options.IncludeDocs
            ? new RowDocument(stream, _exchange.Database, Options.Members, _exchange.Aborted)
            : null;
        stream.Stalled = snapshot.Pause;
        for (var any = false; rows.MoveNext(); any = true)
        {
            var room = stream.ReserveAsync(rows.Length);
            if (!room.IsCompletedSuccessfully)
            {
                rows.PutBack();
                await room;
                if (!rows.MoveNext())
                {
                    break;
                }
            }

            buffer.Raw(any ? ",\r\n{\"id\":"u8 : "{\"id\":"u8).Utf8Text(rows.Id)
                .Raw(",\"key\":"u8).Raw(rows.Key)
                .Raw(",\"value\":"u8).Raw(rows.Value);
            if (documents is not null)
            {
                await documents.WriteAsync(rows.Id, rows.Value);
            }

            buffer.Raw("}"u8);
            rows.Drop();
            await stream.FlushIfFullAsync();
        }

        buffer.Raw("\r\n]}"u8);
    }

    private async ValueTask WriteReducedAsync(ResponseStream stream, ViewSnapshot snapshot)
    {
        using var rows = snapshot.ReadReduced(_reduction, _query, _exchange.Aborted, LargeRow);
        var buffer = stream.Buffer.Raw("{"u8);
        WriteSequence(buffer, snapshot);
        buffer.Raw("\"rows\":[\r\n"u8);
        stream.Stalled = snapshot.Pause;
        var any = false;
        Task? room = null;
        var hasRoom = false;
        if (rows.CallsFunctions)
        {
            // No thread that answers requests waits for functions: the walk goes where they run.
            while (await _runner.RunAsync(_exchange.Database.Name, WriteSome, _exchange.Aborted))
            {
                await GoOnAsync();
            }
        }
        else
        {
            while (TryWriteNext())
            {
                await GoOnAsync();
            }
        }

        buffer.Raw("\r\n]}"u8);

        bool TryWriteNext()
        {
            if (!rows.MoveNext())
            {
                return false;
            }

            if (rows.IsWaiting)
            {
                room = stream.ReserveAsync(2 * rows.Length).AsTask();
                return true;
            }

            var reserving = hasRoom ? ValueTask.CompletedTask : stream.ReserveAsync(rows.Length);
            hasRoom = false;
            if (!reserving.IsCompletedSuccessfully)
            {
                rows.PutBack();
                room = reserving.AsTask();
                return true;
            }

            WriteRow(buffer.Raw(any ? ",\r\n"u8 : default), rows);
            return any = true;
        }

        // Nothing is written meanwhile.
        async ValueTask GoOnAsync()
        {
            if (room is not null)
            {
                await room;
                (room, hasRoom) = (null, true);
            }
            else
            {
                await stream.FlushIfFullAsync();
            }
        }

        // A place for functions is kept for a little while only.
        bool WriteSome()
        {
            var began = _time.GetTimestamp();
            var more = true;
            while (more && room is null && !stream.IsFull && _time.GetElapsedTime(began) < InOnePlace)
            {
                more = TryWriteNext();
            }

            return more;
        }
    }

    /// <summary>Writes a reduced row. One that has no value has no key either, as in CouchDB.</summary>
    private static void WriteRow(JsonBuffer json, ReducedRows rows) => _ = rows.Overflow is { } reason
        ? json.Raw("{\"key\":null,\"error\":\"reduce_overflow_error\",\"reason\":"u8).Text(reason).Raw("}"u8)
        : json.Raw("{\"key\":"u8).Raw(rows.Key).Raw(",\"value\":"u8).Raw(rows.Value).Raw("}"u8);

    private void WriteSequence(JsonBuffer buffer, ViewSnapshot snapshot)
    {
        if (Options.UpdateSequence)
        {
            buffer.Raw("\"update_seq\":"u8)
                .Sequence(new SequenceTokens(_exchange.Database.Incarnation), snapshot.UpdateSequence)
                .Raw(","u8);
        }
    }
}
