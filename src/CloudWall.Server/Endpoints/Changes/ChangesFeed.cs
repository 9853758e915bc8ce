using System.Text;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Sequences;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>
/// One changes feed: it passes over what there is, then waits and passes again, for as long as its kind asks for. Only the row
/// that is being written is in memory; a reader that is slow holds up nobody but itself.
/// </summary>
internal sealed class ChangesFeed : IDisposable
{
    /// <summary>How many rows a filter may pass over between looks at the clock.</summary>
    private const int RowsPerLook = 1024;

    /// <summary>How many rows can be passed over in the time that one document takes to look up.</summary>
    private const int RowsPerLookup = 4;

    private readonly Exchange _exchange;
    private readonly Database _database;
    private readonly ChangesOptions _options;
    private readonly ChangesFilter _filter;
    private readonly CancellationToken _stopping;
    private readonly SequenceTokens _tokens;
    private readonly ResponseStream _stream;
    private readonly FeedFrame _frame;
    private readonly FeedClock _clock;
    private readonly IncludedDocument _documents;
    private long _left;
    private long _seen;

    /// <summary>Begins the answer.</summary>
    public ChangesFeed(Exchange exchange, FeedHost host, ChangesOptions options, ChangesFilter filter)
    {
        _exchange = exchange;
        _stopping = host.Stopping;
        _database = exchange.Database;
        _options = options;
        _filter = filter;
        _left = options.Limit;
        _tokens = new SequenceTokens(_database.Incarnation);
        _stream = exchange.BeginStream(contentType: FeedFrame.ContentType(options.Feed));
        _frame = new FeedFrame(options.Feed, _stream.Buffer, _tokens);
        _clock = new FeedClock(_stream, _frame, host, options.Heartbeat, options.Timeout);
        _documents = new IncludedDocument(_stream, _database, options.Members, exchange.Aborted);
    }

    /// <summary>Whether the feed goes on after what there is. Backwards there is nothing to wait for.</summary>
    private bool IsLive => _options.Feed != FeedKind.Normal && !_options.Descending;

    /// <summary>Writes the feed to its end.</summary>
    /// <param name="since">The sequence after which to begin; of no meaning backwards.</param>
    public async Task RunAsync(long since)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            _exchange.Aborted, _stopping, _database.Closing);
        _frame.Begin();
        var round = await NextAsync(since);
        for (var hasWritten = round.Rows > 0; IsLive && !HasEnough(round); hasWritten = true)
        {
            if (!hasWritten)
            {
                // The reader is to see that the feed is there before anything happens, as CouchDB's readers do.
                _stream.Buffer.Raw("\n"u8);
            }

            await _stream.FlushAsync();
            _stream.Rest();
            if (!await _clock.WaitAsync(_database.WaitForChangeAsync(_seen, ending.Token), ending.Token, _exchange.Aborted))
            {
                break;
            }

            // Whoever is no member any more gets no further row.
            _exchange.RequireStillMember();
            round = await NextAsync(round.LastSequence);
        }

        await ending.CancelAsync();
        _frame.End(round.LastSequence, round.Pending);
        await _stream.CompleteAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private bool HasEnough(FeedRound round) => _options.Feed == FeedKind.Longpoll ? round.Rows > 0 : _left <= 0;

    /// <summary>Writes what there is; waiting begins with the last row of it.</summary>
    private async ValueTask<FeedRound> NextAsync(long since)
    {
        var round = await PassAsync(since);
        if (round.Rows > 0)
        {
            _clock.Restart();
        }

        return round;
    }

    /// <summary>Writes the rows after a sequence that are there now.</summary>
    private ValueTask<FeedRound> PassAsync(long since)
    {
        // What comes while we write is for the next pass: a normal feed must end, however busy the database is.
        _seen = _database.UpdateSequence;
        since = _options.Descending ? 0 : since;
        if (_filter.Function is { } function)
        {
            return ScanAsync(since, function);
        }

        return _filter.Ids is { } ids && ids.Count < (_seen - since) / RowsPerLookup && (_filter.CountsAsLookup || !_options.Descending)
            ? LookUpAsync(ids, since)
            : ScanAsync(since);
    }

    private async ValueTask<FeedRound> ScanAsync(long since)
    {
        var total = _filter.CountsAsLookup ? _database.CountChangesAfter(since) : 0;
        var pass = new Pass(_options.Descending ? _seen : since);
        using var cursor = _database.ReadChanges(since, _options.Descending);
        _stream.Stalled = cursor.Pause;
        while (_left != 0 && TryMoveNext(cursor))
        {
            pass.LastRow = Reached(pass.LastRow, cursor.Sequence);
            var times = _filter.TimesOf(cursor.Id);

            // Where the client is slow the cursor lets go of its row.
            var (id, leaves) = times > 1 ? (cursor.Id.ToArray(), cursor.Leaves.ToArray()) : default;
            for (var written = 0; written < times && _left != 0; written++)
            {
                BeginRow(cursor.Sequence, id ?? cursor.Id, leaves ?? cursor.Leaves, (leaves ?? cursor.Leaves)[0].IsDeleted);
                if (_options.IncludeDocs)
                {
                    await (id is null ? _documents.WriteAsync(cursor) : _documents.WriteAsync(Encoding.UTF8.GetString(id), leaves![0]));
                }

                await EndRowAsync(pass, cursor.Sequence);
            }

            if (times == 0 && ++pass.PassedOver % RowsPerLook == 0)
            {
                await _clock.BeatIfDueAsync();
            }
        }

        return _filter.CountsAsLookup ? EndAsLookup(pass, total) : EndAsScan(pass, cursor);
    }

    private async ValueTask<FeedRound> ScanAsync(long since, ChangeFilter function)
    {
        var pass = new Pass(_options.Descending ? _seen : since);
        using var cursor = _database.ReadChanges(since, _options.Descending);
        using var batch = new ChangeBatch(_database, _options.AllLeaves);
        _stream.Stalled = cursor.Pause;
        while (true)
        {
            batch.Clear();
            while (!batch.IsFull && TryMoveNext(cursor))
            {
                batch.Add(cursor);
            }

            if (batch.Rows.Count == 0)
            {
                return _left == 0 ? End(pass, null) : new FeedRound(pass.Rows, pass.LastRow, 0);
            }

            await function.DecideAsync(batch, _exchange.Aborted);
            batch.DropDocuments();
            foreach (var row in batch.Rows)
            {
                if (_left == 0)
                {
                    return End(pass, row.Leaves.Count == 0 ? row.Sequence : null);
                }

                pass.LastRow = Reached(pass.LastRow, row.Sequence);
                if (row.Leaves.Count > 0)
                {
                    BeginRow(
                        row.Sequence,
                        row.Id,
                        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(row.Leaves),
                        row.Winner.IsDeleted);
                    if (_options.IncludeDocs)
                    {
                        await WriteDocumentAsync(row);
                    }

                    await EndRowAsync(pass, row.Sequence);
                }
            }

            await _clock.BeatIfDueAsync();
        }
    }

    /// <summary>Writes the document of a row that a function has let pass, or some fields of it.</summary>
    private async ValueTask WriteDocumentAsync(ChangeBatch.Row row)
    {
        var id = Encoding.UTF8.GetString(row.Id);
        if (_filter.Fields is not { } fields)
        {
            await _documents.WriteAsync(id, row.Winner);
            return;
        }

        using var whole = new HeldDocument(_stream);
        await new IncludedDocument(whole, _database, _options.Members, _exchange.Aborted).WriteAsync(id, row.Winner);
        whole.WriteFields(fields);
    }

    private async ValueTask<FeedRound> LookUpAsync(DocumentIds ids, long since)
    {
        var total = _filter.CountsAsLookup ? _database.CountChangesAfter(since) : 0;
        var pass = new Pass(_options.Descending ? _seen : since);
        var found = new List<(long Sequence, string Id)>();
        foreach (var id in ids)
        {
            if (_database.Find(id) is { } record && record.Sequence > since && record.Sequence <= _seen)
            {
                found.Add((record.Sequence, id));
            }
        }

        found.Sort(static (one, other) => one.Sequence.CompareTo(other.Sequence));
        for (var i = 0; i < found.Count && _left != 0; i++)
        {
            // Where the document has changed again meanwhile, its row is for the next pass.
            var (sequence, id) = found[_options.Descending ? found.Count - 1 - i : i];
            var utf8 = Encoding.UTF8.GetBytes(id);
            if (_database.Find(id) is not { } record || record.Sequence != sequence)
            {
                continue;
            }

            for (var times = ids.TimesOf(utf8); times > 0 && _left != 0; times--)
            {
                BeginRow(sequence, utf8, record.Tree.Leaves.ToArray(), record.Deleted);
                if (_options.IncludeDocs)
                {
                    await _documents.WriteAsync(record);
                }

                await EndRowAsync(pass, sequence);
            }
        }

        if (_filter.CountsAsLookup)
        {
            return EndAsLookup(pass, total);
        }

        if (_left == 0)
        {
            using var next = _database.ReadChanges(pass.LastWritten);
            return EndAsScan(pass, next);
        }

        using var newest = _database.ReadChanges(since, descending: true);
        while (newest.MoveNext() && pass.LastRow == since)
        {
            pass.LastRow = newest.Sequence <= _seen ? newest.Sequence : since;
        }

        return EndAsScan(pass, newest);
    }

    private void BeginRow(long sequence, ReadOnlySpan<byte> id, ReadOnlySpan<RevisionLeaf> leaves, bool deleted)
    {
        _frame.BeginRow();
        ChangeRow.Begin(_stream.Buffer, _tokens, Shown(sequence), id, leaves, _options.AllLeaves, deleted);
    }

    private ValueTask EndRowAsync(Pass pass, long sequence)
    {
        _stream.Buffer.Raw("}"u8);
        _frame.EndRow(Shown(sequence));
        _left--;
        pass.Rows++;
        pass.LastWritten = Reached(pass.LastWritten, sequence);
        if (!_stream.IsFull)
        {
            return ValueTask.CompletedTask;
        }

        _clock.Restart();
        return _stream.FlushAsync();
    }

    private long? Shown(long sequence) => _left % _options.SequenceInterval == 0 ? sequence : null;

    /// <summary>
    /// The end of a pass for which CouchDB looks documents up: it knows nothing of those that it did not look at. Where documents were
    /// named more than once there may be more rows than there are changes, and less than nothing is pending.
    /// </summary>
    private FeedRound EndAsLookup(Pass pass, long total) =>
        new(pass.Rows, _left == 0 || _options.Descending ? pass.LastWritten : _seen, total - pass.Rows);

    /// <summary>The end of a pass for which CouchDB looks at all rows.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="rest">What would come next where the limit was reached.</param>
    private FeedRound EndAsScan(Pass pass, ChangesCursor rest)
    {
        if (_left != 0)
        {
            return new FeedRound(pass.Rows, pass.LastRow, 0);
        }

        // With the limit reached CouchDB looks at one row more, and goes past it where the filter does not want it.
        return End(pass, !_filter.IsNone && TryMoveNext(rest) && _filter.TimesOf(rest.Id) == 0 ? rest.Sequence : null);
    }

    /// <summary>The end of a pass at the limit.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="passedOver">The sequence of the next row where the filter does not want it.</param>
    private FeedRound End(Pass pass, long? passedOver)
    {
        var last = passedOver ?? pass.LastWritten;
        var counted = pass.Rows == 0 ? last : pass.LastWritten;
        var pending = !_options.Descending ? _database.CountChangesAfter(counted)
            : _database.CountChangesAfter(0) - (counted == _seen && pass.Rows == 0 ? 0 : _database.CountChangesAfter(counted - 1));
        return new FeedRound(pass.Rows, last, Math.Max(0, pending));
    }

    /// <summary>How far the feed has come with a row. Backwards, rows that are new since it began come last.</summary>
    private long Reached(long before, long sequence) => _options.Descending ? Math.Min(before, sequence) : sequence;

    // Backwards, what comes while we write is shown: there is no next pass.
    private bool TryMoveNext(ChangesCursor cursor) => cursor.MoveNext() && (_options.Descending || cursor.Sequence <= _seen);

    /// <summary>How far a pass has come.</summary>
    /// <param name="start">Where it began.</param>
    private sealed class Pass(long start)
    {
        public long Rows { get; set; }

        public long LastWritten { get; set; } = start;

        public long LastRow { get; set; } = start;

        public int PassedOver { get; set; }
    }
}
