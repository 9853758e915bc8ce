using System.Buffers;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Server.Endpoints.Documents.Receiving;
using CloudWall.Server.Http;
using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// Reads the body of <c>_bulk_docs</c> while it comes in: each document is parsed as soon as it is there, and its text is dropped. One that
/// does not fit the window is received by itself, its attachments in pieces, and <c>{}</c> takes its place.
/// What is wrong with a document is told only when the rest has been seen to be JSON.
/// </summary>
/// <param name="database">Where attachments go, and what does not fit in memory.</param>
/// <param name="memory">The request's share of the memory.</param>
/// <param name="cancellation">Gives up.</param>
internal sealed class BulkReader(Database database, MemoryShare memory, CancellationToken cancellation)
    : IBodySink, IAsyncDisposable
{
    private const int FirstWindow = 64 * 1024;

    /// <summary>The window, and what is made of the document in it.</summary>
    private const int Forms = 3;

    /// <summary>How many bytes the documents of one window may take more before that is reserved.</summary>
    private const long MostAtOnce = 1 << 20;

    private readonly HeldDocuments _documents = new(database, memory);
    private readonly LongBytes _window = new(FirstWindow);
    private int _length;
    private long _reserved;

    /// <summary>The document that is being received by itself, and the last that was, until its place in the window is met.</summary>
    private DocumentText? _long;
    private Received? _received;

    private JsonReaderState _state = new(JsonDepth.Reader);
    private Place _place = Place.Start;
    private Member _member;
    private DocumentException? _refusal;
    private bool _isObject;
    private bool _hasDocuments;
    private bool _isList;
    private bool? _newEdits = true;
    private bool _allOrNothing;

    /// <summary>What became of a document that was received by itself.</summary>
    private readonly record struct Received(DocumentException? Refusal);

    private enum Place
    {
        /// <summary>Before the first token.</summary>
        Start,

        /// <summary>A name of the outermost object, or its end, is next.</summary>
        Name,

        /// <summary>The value of <see cref="_member"/> is next.</summary>
        Value,

        /// <summary>A document, or the end of them, is next.</summary>
        Document,

        /// <summary>In a value of the outermost object that is of no interest.</summary>
        Skipping,

        /// <summary>In something that is no object, or behind the object.</summary>
        Rest,
    }

    private enum Member
    {
        Other,
        Documents,
        NewEdits,
        AllOrNothing,
    }

    /// <inheritdoc/>
    public ValueTask ExpectAsync(long length) => ReserveAsync(_window.Length);

    /// <inheritdoc/>
    public async ValueTask TakeAsync(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            for (var rest = segment; !rest.IsEmpty;)
            {
                if (_long is not null)
                {
                    rest = rest[await _long.TakeAsync(rest)..];
                    if (_long.IsComplete)
                    {
                        await EndLongAsync(_long);
                    }

                    continue;
                }

                if (_length == _window.Length)
                {
                    await MakeRoomAsync();
                    continue;
                }

                var count = Math.Min(rest.Length, _window.Length - _length);
                rest.Span[..count].CopyTo(_window.Span[_length..]);
                _length += count;
                rest = rest[count..];
            }
        }
    }

    /// <summary>Ends the reading.</summary>
    /// <returns>The documents, and what is to be done with them.</returns>
    /// <exception cref="DocumentException">400: it is no JSON, no object, or has no list of documents; or one of them is
    /// refused.</exception>
    public async ValueTask<BulkRequest> CompleteAsync()
    {
        if (_long is not null)
        {
            throw HttpErrors.InvalidJson();
        }

        await ScanAsync(isFinal: true);
        memory.Free((long)_window.Length * Forms);
        _reserved -= (long)_window.Length * Forms;
        _window.Dispose();
        if (!_isObject)
        {
            throw HttpErrors.BadRequest("Request body must be a JSON object");
        }

        if (!_hasDocuments)
        {
            throw HttpErrors.BadRequest("POST body must include `docs` parameter.");
        }

        if (!_isList)
        {
            throw HttpErrors.BadRequest("`docs` parameter must be an array.");
        }

        if (_newEdits == false && _documents.HasUnnamed)
        {
            throw HttpErrors.BadRequest("When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
        }

        return _refusal is null ? new BulkRequest(_documents, _newEdits, _allOrNothing) : throw _refusal;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _window.Dispose();
        await _documents.DisposeAsync();
        if (_long is not null)
        {
            await _long.DisposeAsync();
        }
    }

    private async ValueTask MakeRoomAsync()
    {
        await ScanAsync(isFinal: false);
        if (_length < _window.Length)
        {
            return;
        }

        var start = _place == Place.Document ? _window.Span[.._length].IndexOfAnyExcept(" \t\r\n,"u8) : -1;
        if (start >= 0 && _window.Span[start] == '{' && _received is null)
        {
            _long = new DocumentText(database, memory, cancellation);
            var taken = await _long.TakeAsync(_window.Memory[start.._length]);
            _window.Span[(start + taken).._length].CopyTo(_window.Span[start..]);
            _length -= taken;
            if (_long.IsComplete)
            {
                await EndLongAsync(_long);
            }

            return;
        }

        if (_window.Length == Array.MaxLength)
        {
            throw new DocumentException(HttpErrors.BodyTooLarge);
        }

        await ReserveAsync(Math.Min(2L * _window.Length, Array.MaxLength));
        _window.Resize((int)Math.Min(2L * _window.Length, Array.MaxLength), .._length);
    }

    /// <summary>A document has been received by itself: something short takes its place in the window.</summary>
    private async ValueTask EndLongAsync(DocumentText text)
    {
        DocumentException? refusal = null;
        try
        {
            var document = await text.ParseAsync();
            Check(document);
            if (_refusal is null)
            {
                _documents.Add(document, text.Text, text.Contents);
                text.HandOver();
            }
        }
        catch (DocumentException refused) when (refused.Error is not ({ Status: StatusCodes.Status429TooManyRequests } or { Error: "too_large" }))
        {
            refusal = refused;
        }

        _long = null;
        await text.DisposeAsync();
        await ReserveAsync(_window.Length);
        _received = new Received(refusal);
        if (_window.Length - _length < 2)
        {
            await ReserveAsync(2L * _window.Length);
            _window.Resize((int)Math.Min(2L * _window.Length, Array.MaxLength), .._length);
        }

        "{}"u8.CopyTo(_window.Span[_length..]);
        _length += 2;
    }

    /// <summary>
    /// Reads what is in the window, as far as it goes. This is done only when the window is full, which grows with the longest document:
    /// so none is looked through more than a few times.
    /// </summary>
    private async ValueTask ScanAsync(bool isFinal)
    {
        do
        {
            await ReserveAsync(_window.Length);
        }
        while (!Scan(isFinal));
        await ReserveAsync(_window.Length);
    }

    /// <summary>Reads what is in the window.</summary>
    /// <returns>False where it stopped because memory must be reserved for what has been read.</returns>
    private bool Scan(bool isFinal)
    {
        try
        {
            var most = _documents.Weight + MostAtOnce;
            var reader = new Utf8JsonReader(_window.Span[.._length], isFinal, _state);
            var hasMore = true;
            while (_documents.Weight < most && (hasMore = Step(ref reader)))
            {
            }

            _state = reader.CurrentState;
            var consumed = (int)reader.BytesConsumed;
            _window.Span[consumed.._length].CopyTo(_window.Span);
            _length -= consumed;
            return !hasMore;
        }
        catch (Exception e) when (e is JsonException || (e is InvalidOperationException && _place != Place.Document))
        {
            // The reader finds half a surrogate pair in a name only when it unescapes it.
            throw HttpErrors.InvalidJson();
        }
    }

    /// <summary>Reads one token, or one document.</summary>
    /// <returns>False where the window does not hold it whole, or nothing is left.</returns>
    private bool Step(ref Utf8JsonReader reader)
    {
        var before = reader;
        if (!reader.Read())
        {
            return false;
        }

        switch (_place)
        {
            case Place.Start:
                _isObject = reader.TokenType == JsonTokenType.StartObject;
                _place = _isObject ? Place.Name : Place.Rest;
                return true;
            case Place.Name:
                _place = reader.TokenType == JsonTokenType.EndObject ? Place.Rest : Place.Value;
                _member = _place == Place.Rest ? Member.Other
                    : reader.ValueTextEquals("docs"u8) ? Member.Documents
                    : reader.ValueTextEquals("new_edits"u8) ? Member.NewEdits
                    : reader.ValueTextEquals("all_or_nothing"u8) ? Member.AllOrNothing
                    : Member.Other;
                return true;
            case Place.Value:
                ReadMember(reader.TokenType);
                return true;
            case Place.Skipping:
                if (reader.CurrentDepth == 1 && reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
                {
                    _place = Place.Name;
                }

                return true;
            case Place.Document:
                if (reader.TokenType == JsonTokenType.EndArray)
                {
                    _place = Place.Name;
                    return true;
                }

                var start = (int)reader.TokenStartIndex;
                if (!reader.TrySkip())
                {
                    reader = before;
                    return false;
                }

                Parse(_window.Span[start..(int)reader.BytesConsumed]);
                return true;
            default:
                return true;
        }
    }

    private void ReadMember(JsonTokenType value)
    {
        _place = value is JsonTokenType.StartArray or JsonTokenType.StartObject ? Place.Skipping : Place.Name;
        switch (_member)
        {
            case Member.Documents:
                // Of several with the name, the last counts.
                _hasDocuments = true;
                _documents.Clear();
                _refusal = null;
                _isList = value == JsonTokenType.StartArray;
                _place = _isList ? Place.Document : _place;

                break;
            case Member.NewEdits:
                _newEdits = value switch
                {
                    JsonTokenType.True => true,
                    JsonTokenType.False => false,
                    _ => null,
                };
                break;
            case Member.AllOrNothing:
                _allOrNothing = value == JsonTokenType.True;
                break;
        }
    }

    private void Parse(ReadOnlySpan<byte> json)
    {
        if (_received is { } received)
        {
            _refusal ??= received.Refusal;
            _received = null;
            return;
        }

        if (_refusal is not null)
        {
            return;
        }

        try
        {
            var document = DocumentParser.Parse(json, database.Limits);
            Check(document);
            _documents.Add(document, json, contents: null);
        }
        catch (DocumentException refused)
        {
            _refusal = refused;
        }
    }

    /// <summary>Nothing follows a bulk.</summary>
    private static void Check(ParsedDocument document)
    {
        foreach (var attachment in document.Attachments)
        {
            if (attachment.Follows)
            {
                throw new DocumentException("The content of attachment " + attachment.Name + " does not follow");
            }
        }
    }

    /// <summary>Sees to it that so much is reserved as a window of a length and the documents take.</summary>
    private async ValueTask ReserveAsync(long window)
    {
        var needed = (window * Forms) + _documents.Weight;
        if (needed > _reserved)
        {
            await memory.ReserveAsync(needed - _reserved, cancellation);
            _reserved = needed;
        }
    }
}
