using System.Globalization;
using System.Text;
using CloudWall.DesignDocuments.Views;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Indexing.Queries;
using CloudWall.Mango.Indexes;
using CloudWall.Mango.Planning;
using CloudWall.Mango.Requests;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Mango;

/// <summary>
/// The answer of <c>_find</c>: it walks over the rows of an index, or over all documents, and writes those that match. It ends with the
/// last that is asked for, where CouchDB goes on to the next that matches.
/// </summary>
internal sealed class FindAnswer : IDisposable
{
    /// <summary>How many documents may be looked at between two looks at the client.</summary>
    private const int DocumentsPerLook = 128;

    private readonly Exchange _exchange;
    private readonly Database _database;
    private readonly ResponseStream _stream;
    private readonly Plan _plan;
    private readonly FindRequest _request;
    private readonly ViewGroups _views;
    private readonly Func<TimeSpan> _elapsed;
    private readonly DocumentOptions _options;
    private readonly JsonBuffer _quotedId = new(128);
    private readonly JsonBuffer _document = new(1024);

    /// <summary>The key of the row that is looked at; empty where that is the id.</summary>
    private readonly JsonBuffer _key = new(256);

    /// <summary>The id and the key of the last row that matched.</summary>
    private readonly JsonBuffer _lastId = new(128);
    private readonly JsonBuffer _lastKey = new(256);
    private readonly bool _matchesWhole;
    private readonly Bookmark? _from;
    private long _left;
    private long _skip;
    private readonly FindCounts _counts;
    private long _results;

    /// <summary>Begins.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="stream">The answer.</param>
    /// <param name="plan">What is read.</param>
    /// <param name="views">Opens indexes.</param>
    /// <param name="elapsed">How long the request has taken.</param>
    public FindAnswer(Exchange exchange, ResponseStream stream, Plan plan, ViewGroups views, Func<TimeSpan> elapsed)
    {
        _exchange = exchange;
        _database = exchange.Database;
        _stream = stream;
        _plan = plan;
        _request = plan.Request;
        _views = views;
        _elapsed = elapsed;
        _options = new DocumentOptions(_request.Conflicts ? DocumentMembers.Conflicts : DocumentMembers.None);
        _matchesWhole = _request.Conflicts || _request.Selector.NeedsWholeDocument;
        _counts = new FindCounts(_request.Copies > 1);
        _left = _request.Limit;
        _skip = _request.Skip;
        _from = _request.Bookmark is { } given && !plan.MatchesNothing ? Bookmark.Parse(given) : null;
    }

    /// <summary>Writes the answer.</summary>
    public async ValueTask WriteAsync()
    {
        _stream.Buffer.Raw("{\"docs\":["u8);
        if (!_plan.MatchesNothing)
        {
            await (_exchange.OwnDocument is { } own ? FindOwnAsync(own)
                : _plan.Index!.Design is null ? ScanAsync()
                : ReadIndexAsync(_plan.Index));
        }

        _stream.Stalled = null;
        var buffer = _stream.Buffer.Raw("\r\n]"u8);
        if (!_plan.MatchesNothing)
        {
            buffer.Raw(",\r\n\"bookmark\": "u8).Text(NextBookmark());
            WriteStatistics(buffer);
            if (Planner.Warn(_plan, _counts.Documents + _counts.Copies, _results) is { Length: > 0 } warning)
            {
                buffer.Raw(",\r\n\"warning\": "u8).Text(warning);
            }
        }

        buffer.Raw("}\r\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _quotedId.Dispose();
        _document.Dispose();
        _key.Dispose();
        _lastId.Dispose();
        _lastKey.Dispose();
    }

    /// <summary>The documents by id.</summary>
    private async ValueTask ScanAsync()
    {
        if (RangeOfIds() is not { } range)
        {
            return;
        }

        using var cursor = _database.Scan(range);
        _stream.Stalled = cursor.Pause;
        var isFirst = true;
        while (_left > 0 && cursor.MoveNext())
        {
            if (isFirst && _from is { } from && IsText(cursor.Id, from.Id))
            {
                isFirst = false;
                continue;
            }

            isFirst = false;
            await LookAsync(_counts.BeginRow());
            var stored = cursor.ReadWinner();
            if (cursor.Id.StartsWith("_design/"u8))
            {
                using (stored)
                {
                    _counts.EndDesign(stored is not null && MatchesDesign(cursor.Id, stored));
                }
            }
            else if (stored is null || _matchesWhole)
            {
                stored?.Dispose();
                await TryWriteAsync(cursor.Record);
            }
            else if (Matches(cursor.Id, stored))
            {
                _counts.EndDocument(matches: true);
                Remember(cursor.Id);
                await WriteFoundAsync(cursor.Record, stored);
            }
            else
            {
                _counts.EndDocument(matches: false);
                stored.Dispose();
            }
        }
    }

    /// <summary>The rows of an index.</summary>
    private async ValueTask ReadIndexAsync(MangoIndex index)
    {
        using var snapshot = await OpenAsync(index);
        var query = _plan.ToQuery();
        query = query with { Partition = _request.Partition };
        if (_from is { } from)
        {
            query = query with { StartKey = from.Key, StartId = from.Id };
        }

        using var rows = snapshot.ReadRows(query);
        _stream.Stalled = snapshot.Pause;
        var covered = _plan.IsCovering ? new IndexedDocument(index) : null;
        var isFirst = true;
        while (_left > 0 && rows.MoveNext())
        {
            if (isFirst && _from is { } last && IsText(rows.Id, last.Id) && rows.Key.SequenceEqual(last.Key.Span))
            {
                isFirst = false;
                continue;
            }

            isFirst = false;
            await LookAsync(_counts.BeginRow());
            if (covered is null)
            {
                var id = Encoding.UTF8.GetString(rows.Id);
                _key.Clear();
                _key.Raw(rows.Key);
                if (_database.Find(id) is { Deleted: false } record)
                {
                    await TryWriteAsync(record);
                }

                continue;
            }

            _document.Clear();
            covered.Write(_document, rows.Id, rows.Key);
            var matches = _request.Selector.Matches(_document.WrittenSpan);
            _counts.EndCovered(matches);
            if (matches)
            {
                _key.Clear();
                _key.Raw(rows.Key);
                Remember(rows.Id);
                if (_skip-- <= 0)
                {
                    Separate();
                    _request.Fields!.Write(_stream.Buffer, _document.WrittenSpan);
                    _document.Clear();
                    rows.Drop();
                    await _stream.FlushIfFullAsync();
                }
            }
        }
    }

    /// <summary>The user's own document: all that she may see of a users' database.</summary>
    private async ValueTask FindOwnAsync(string id)
    {
        if (_left > 0 && _from is null && _database.Find(id) is { Deleted: false } record)
        {
            _counts.BeginRow();
            await TryWriteAsync(record);
        }
    }

    /// <summary>Writes a document if it matches.</summary>
    private async ValueTask TryWriteAsync(DocumentRecord record)
    {
        var stored = _database.Read(record.Id, record.Winner.Revision);
        if (stored is null)
        {
            return;
        }

        var id = Encoding.UTF8.GetBytes(record.Id);
        bool matches;
        if (_matchesWhole)
        {
            _document.Clear();
            DocumentWriter.Write(_document, _database, record, record.Winner.Revision, stored, _options);
            matches = _request.Selector.Matches(_document.WrittenSpan);
            _document.Clear();
        }
        else
        {
            matches = Matches(id, stored);
        }

        _counts.EndDocument(matches);
        if (!matches)
        {
            stored.Dispose();
            return;
        }

        Remember(id);
        await WriteFoundAsync(record, stored);
    }

    private bool Matches(ReadOnlySpan<byte> id, StoredRevision stored)
    {
        _quotedId.Clear();
        _quotedId.Utf8Text(id);
        return _request.Selector.MatchesBody(_quotedId.WrittenSpan, stored.Body.Span);
    }

    /// <summary>Whether a design document matches, as far as its body says; it is not shown.</summary>
    private bool MatchesDesign(ReadOnlySpan<byte> id, StoredRevision stored) => _request.Selector.NeedsWholeDocument || Matches(id, stored);

    /// <summary>Writes a document that matches, unless it is left out.</summary>
    private async ValueTask WriteFoundAsync(DocumentRecord record, StoredRevision read)
    {
        if (_skip-- > 0)
        {
            read.Dispose();
            return;
        }

        var revision = record.Winner.Revision;
        using (var stored = await _stream.RoomForAsync(_database, record, revision, read))
        {
            if (stored is null)
            {
                return;
            }

            Separate();
            if (_request.Fields is { } fields)
            {
                _document.Clear();
                DocumentWriter.Write(_document, _database, record, revision, stored, _options);
                fields.Write(_stream.Buffer, _document.WrittenSpan);
                _document.Clear();
            }
            else
            {
                DocumentWriter.Write(_stream.Buffer, _database, record, revision, stored, _options);
            }
        }

        await _stream.FlushIfFullAsync();
    }

    private void Separate()
    {
        _stream.Buffer.Raw(_results++ == 0 ? "\r\n"u8 : ",\r\n"u8);
        _left--;
    }

    /// <summary>Notes the row that is looked at as the last that has matched.</summary>
    private void Remember(ReadOnlySpan<byte> id)
    {
        _lastId.Clear();
        _lastId.Raw(id);
        _lastKey.Clear();
        _ = _key.WrittenCount > 0 ? _lastKey.Raw(_key.WrittenSpan) : _lastKey.Utf8Text(id);
    }

    /// <summary>Where the next query goes on.</summary>
    private string NextBookmark() => _lastId.WrittenCount == 0
        ? _request.Bookmark ?? Bookmark.None
        : new Bookmark(_lastKey.WrittenMemory, Encoding.UTF8.GetString(_lastId.WrittenSpan)).ToString();

    /// <summary>Looks now and then whether anybody still waits, and lets others have the thread.</summary>
    private async ValueTask LookAsync(long looked)
    {
        if (looked % DocumentsPerLook == 0)
        {
            _exchange.Aborted.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private void WriteStatistics(JsonBuffer buffer)
    {
        if (_request.ExecutionStats)
        {
            buffer.Raw(",\r\n\"execution_stats\": {\"total_keys_examined\":"u8).Number(_counts.Keys)
                .Raw(",\"total_docs_examined\":"u8).Number(_counts.Documents)
                .Raw(",\"total_quorum_docs_examined\":"u8).Number(_counts.Copies)
                .Raw(",\"results_returned\":"u8).Number(_results)
                .Raw(",\"execution_time_ms\":"u8)
                .Raw(Encoding.ASCII.GetBytes(_elapsed().TotalMilliseconds.ToString("0.0##", CultureInfo.InvariantCulture)))
                .Raw("}"u8);
        }
    }

    private async Task<ViewSnapshot> OpenAsync(MangoIndex index)
    {
        while (true)
        {
            var group = _views.Find(_database, index.Design!);
            if (!group.Names.TryGetValue(index.Name, out var view))
            {
                throw new DocumentException(DocumentError.Missing);
            }

            var opened = _views.Open(_database, group);
            if ((!_request.Update || _request.IsStale || await opened.UpdateAsync(_exchange.Aborted))
                && opened.TryRead(view.View) is { } snapshot)
            {
                return snapshot;
            }
        }
    }

    /// <summary>The ids that can match; null where none can.</summary>
    private KeyRange? RangeOfIds()
    {
        var (low, high) = _plan.ToIds();
        if (high is { } limit && limit.Span[0] != '"')
        {
            // Whatever is no text comes before all ids.
            return null;
        }

        var start = low is { } from && from.Span[0] == '"' ? NormalJson.FromStored(from).Text() : null;
        var end = high is { } to ? NormalJson.FromStored(to).Text() : null;
        if (_request.Sort.IsDescending)
        {
            (start, end) = (end, start);
        }

        start = _from?.Id ?? start;
        if (_request.Partition is { } partition)
        {
            var (first, last) = (partition + ":", partition + ";");
            (start, end) = _request.Sort.IsDescending
                ? (Inner(start, last, -1), Inner(end, first, 1))
                : (Inner(start, first, 1), Inner(end, last, -1));
        }

        return new KeyRange(start, end, InclusiveEnd: true, _request.Sort.IsDescending);

        static string Inner(string? id, string limit, int sign) =>
            id is null || sign * Utf8Order.Instance.Compare(id, limit) < 0 ? limit : id;
    }

    private static bool IsText(ReadOnlySpan<byte> utf8, string text) =>
        utf8.Length == Encoding.UTF8.GetByteCount(text) && utf8.SequenceEqual(Encoding.UTF8.GetBytes(text));
}
