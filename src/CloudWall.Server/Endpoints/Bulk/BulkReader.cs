using System.Buffers;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// Reads the body of <c>_bulk_docs</c> while it comes in: each document is parsed as soon as it is there, and its text is dropped.
/// What is wrong with a document is told only when the rest has been seen to be JSON.
/// </summary>
internal sealed class BulkReader(DocumentLimits limits, MemoryShare memory, CancellationToken cancellation) : IBodySink, IDisposable
{
    private const int FirstWindow = 64 * 1024;

    /// <summary>What a document takes besides its text until it is written: lists, its history, its outcome.</summary>
    private const int DocumentOverhead = 1024;

    private byte[] _window = SharedArrays.Rent<byte>(FirstWindow);
    private int _length;

    private JsonReaderState _state = new(JsonMember.AnyDepth);
    private Place _place = Place.Start;
    private Member _member;
    private List<ParsedDocument>? _documents;
    private DocumentException? _refusal;
    private bool _isObject;
    private bool _hasDocuments;
    private bool? _newEdits = true;
    private bool _allOrNothing;
    private long _parsed;

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

    /// <summary>How many bytes of memory are held because of what has been taken.</summary>
    private long Weight => (2L * _window.Length) + _parsed;

    /// <inheritdoc/>
    public ValueTask ExpectAsync(long length) => memory.ReserveInAllAsync(Weight, cancellation);

    /// <inheritdoc/>
    public async ValueTask TakeAsync(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            for (var rest = segment; !rest.IsEmpty;)
            {
                if (_length == _window.Length)
                {
                    Scan(isFinal: false);
                    await memory.ReserveInAllAsync(Weight, cancellation);
                }

                if (_length == _window.Length)
                {
                    await memory.ReserveInAllAsync(Weight + (2L * _window.Length), cancellation);
                    Grow();
                }

                var count = Math.Min(rest.Length, _window.Length - _length);
                rest.Span[..count].CopyTo(_window.AsSpan(_length));
                _length += count;
                rest = rest[count..];
            }
        }
    }

    /// <summary>Ends the reading.</summary>
    /// <returns>The documents, and what is to be done with them.</returns>
    /// <exception cref="DocumentException">400: it is no JSON, no object, or has no list of documents; or one of them is refused.</exception>
    public async ValueTask<BulkRequest> CompleteAsync()
    {
        Scan(isFinal: true);
        await memory.ReserveInAllAsync(Weight, cancellation);
        if (!_isObject)
        {
            throw HttpErrors.BadRequest("Request body must be a JSON object");
        }

        if (!_hasDocuments)
        {
            throw HttpErrors.BadRequest("POST body must include `docs` parameter.");
        }

        if (_documents is null)
        {
            throw HttpErrors.BadRequest("`docs` parameter must be an array.");
        }

        if (_newEdits == false && _documents.Exists(static document => document.Revision is null))
        {
            throw HttpErrors.BadRequest("When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
        }

        return _refusal is null ? new BulkRequest(_documents, _newEdits, _allOrNothing) : throw _refusal;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SharedArrays.Return(_window);
        _window = [];
    }

    /// <summary>
    /// Reads what is in the window, as far as it goes. This is done only when the window is full, which grows with the longest document:
    /// so none is looked through more than a few times.
    /// </summary>
    private void Scan(bool isFinal)
    {
        try
        {
            var reader = new Utf8JsonReader(_window.AsSpan(0, _length), isFinal, _state);
            while (Step(ref reader))
            {
            }

            _state = reader.CurrentState;
            var consumed = (int)reader.BytesConsumed;
            _window.AsSpan(consumed, _length - consumed).CopyTo(_window);
            _length -= consumed;
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

                Parse(_window.AsSpan(start, (int)reader.BytesConsumed - start));
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
                _documents = null;
                _refusal = null;
                _parsed = 0;
                if (value == JsonTokenType.StartArray)
                {
                    _documents = [];
                    _place = Place.Document;
                }

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
        if (_refusal is not null)
        {
            return;
        }

        try
        {
            var document = DocumentParser.Parse(json, limits);
            _documents!.Add(document);
            _parsed += DocumentOverhead + document.Body.Length + document.Term.Length;
            foreach (var attachment in document.Attachments)
            {
                // Small ones are kept once more until they are written.
                _parsed += DocumentOverhead + (2L * (attachment.Data?.Length ?? 0));
            }
        }
        catch (DocumentException refusal)
        {
            _refusal = refusal;
        }
    }

    private void Grow()
    {
        if (_window.Length == Array.MaxLength)
        {
            throw new DocumentException(HttpErrors.BodyTooLarge);
        }

        _window = SharedArrays.Grow(_window, _length, _length + 1L);
    }
}
