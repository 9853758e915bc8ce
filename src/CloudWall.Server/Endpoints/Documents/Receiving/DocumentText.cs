using System.Buffers;
using System.Globalization;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents.Receiving;

/// <summary>
/// The text of a document while it comes in. Of one that is long the bytes of its attachments go to the store as they come, decoded, and
/// <c>=</c> with their number takes their place in the text: so what is held is the document without them. Memory is taken as the text
/// comes, not as it is announced. Dispose of it when the document has been written, or will not be.
/// </summary>
internal sealed class DocumentText : IBodySink, IAsyncDisposable
{
    /// <summary>The text, and two more forms of it that parsing makes.</summary>
    private const int Forms = 3;

    private const int Overhead = 1024;
    private const int FirstBuffer = 4096;

    /// <summary>A text up to so many bytes is held as it is.</summary>
    private const int LongestWhole = 64 << 10;

    /// <summary>What stands for an attachment in the text: a sign that is no base64, the number, and a sign that it is none.</summary>
    private const int LongestToken = 12;

    private const int PieceLength = 24 << 10;

    private readonly Database _database;
    private readonly MemoryShare _memory;
    private readonly CancellationToken _cancellation;
    private readonly LongBytes _buffer = new(0);
    private int _length;
    private long _announced;
    private long _reserved;

    /// <summary>Up to where the text has been looked through, and is as it is to stay.</summary>
    private int _scanned;
    private DocumentScanner? _scanner;
    private Base64Reader? _base64;
    private AttachmentUpload? _upload;
    private byte[]? _piece;

    /// <summary>An empty text.</summary>
    /// <param name="database">Where attachments go.</param>
    /// <param name="memory">The request's share of the memory.</param>
    /// <param name="cancellation">Gives up.</param>
    public DocumentText(Database database, MemoryShare memory, CancellationToken cancellation)
    {
        _database = database;
        _memory = memory;
        _cancellation = cancellation;
    }

    /// <summary>Whether the bracket has come that ends the document.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The text so far.</summary>
    public ReadOnlySpan<byte> Text => _buffer.Span[.._length];

    /// <summary>The attachments that were taken in meanwhile; null where the text is whole.</summary>
    public ReceivedContents? Contents { get; private set; }

    /// <inheritdoc/>
    public ValueTask ExpectAsync(long length)
    {
        _announced = length;
        return GrowAsync(length == 0 ? FirstBuffer : Math.Min(length, LongestWhole));
    }

    /// <inheritdoc/>
    public ValueTask TakeAsync(ReadOnlySequence<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _length)
        {
            return TakeSlowlyAsync(bytes);
        }

        bytes.CopyTo(_buffer.Span[_length..]);
        _length += (int)bytes.Length;
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes what belongs to the document of some bytes; what comes behind it is left.</summary>
    /// <returns>How many bytes have been taken.</returns>
    public async ValueTask<int> TakeAsync(ReadOnlyMemory<byte> bytes)
    {
        var taken = 0;
        while (taken < bytes.Length && !IsComplete)
        {
            if (_length == _buffer.Length)
            {
                await GrowAsync(Math.Max(LongestWhole, Math.Min(2L * _buffer.Length, Array.MaxLength)));
            }

            var count = Math.Min(bytes.Length - taken, _buffer.Length - _length);
            bytes.Span.Slice(taken, count).CopyTo(_buffer.Span[_length..]);
            _length += count;
            taken += count;
            await ShortenAsync(toEnd: false);
            if (IsComplete)
            {
                taken -= _length - _scanned;
                _length = _scanned;
            }
        }

        return taken;
    }

    /// <summary>Reads the document when all of it has come.</summary>
    /// <exception cref="DocumentException">
    /// As <see cref="DocumentParser.Parse(ReadOnlySpan{byte}, DocumentLimits, IReadOnlyList{long}?)"/>.
    /// </exception>
    public async ValueTask<ParsedDocument> ParseAsync()
    {
        if (_scanner is not null)
        {
            await ShortenAsync(toEnd: true);
        }

        if (_length > JsonWeight.LongestSmall)
        {
            await ReserveAsync(new JsonWeight(Text).OfDocument);
        }

        return DocumentParser.Parse(Text, _database.Limits, Contents?.Lengths);
    }

    /// <summary>Drops the text. What was made of it, and the attachments, stay.</summary>
    public void Drop()
    {
        _buffer.Dispose();
        _length = 0;
        _scanned = 0;
        if (_piece is not null)
        {
            SharedArrays.Return(_piece);
            _piece = null;
        }
    }

    /// <summary>Drops the text, and leaves its memory, and the attachments, to others: what was made of the text is reserved by them.</summary>
    public ReceivedContents? HandOver()
    {
        Drop();
        _memory.Free(_reserved);
        _reserved = 0;
        var contents = Contents;
        Contents = null;
        return contents;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Drop();
        _memory.Free(_reserved);
        _reserved = 0;
        Contents?.Dispose();
        if (_upload is not null)
        {
            await _upload.DisposeAsync();
        }
    }

    private async ValueTask TakeSlowlyAsync(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            for (var rest = segment; !rest.IsEmpty;)
            {
                if (_length == _buffer.Length)
                {
                    await MakeRoomAsync();
                }

                var count = Math.Min(rest.Length, _buffer.Length - _length);
                rest.Span[..count].CopyTo(_buffer.Span[_length..]);
                _length += count;
                rest = rest[count..];
            }
        }
    }

    private async ValueTask MakeRoomAsync()
    {
        if (_buffer.Length >= LongestWhole)
        {
            await ShortenAsync(toEnd: false);
        }

        // Where little room was made, it would have to be made again too soon.
        if (_buffer.Length - _length <= _buffer.Length / 2)
        {
            var twice = Math.Min(2L * _buffer.Length, Array.MaxLength);
            await GrowAsync(Math.Max(Math.Max(FirstBuffer, _length + 1L), _announced > _length ? Math.Min(twice, _announced) : twice));
        }
    }

    /// <summary>Looks through what has not been looked through yet, and takes the attachments out of it.</summary>
    /// <param name="toEnd">Whether no more will come.</param>
    private async ValueTask ShortenAsync(bool toEnd)
    {
        _scanner ??= new DocumentScanner();
        var read = _scanned;
        while (read < _length && !IsComplete)
        {
            if (_base64 is null)
            {
                read = Scan(read);
                continue;
            }

            var (taken, written, found) = Decode(read);
            read += taken;
            if (written > 0)
            {
                await StoreAsync(_piece.AsMemory(0, written));
            }

            if (found != Base64Reader.Found.Nothing)
            {
                read = await EndContentAsync(read, found);
            }
            else if (taken == 0)
            {
                // Part of an escape: the rest of it is still to come, or never will.
                break;
            }
        }

        _buffer.Span.Slice(read, _length - read).CopyTo(_buffer.Span[_scanned..]);
        _length -= read - _scanned;
        if (toEnd)
        {
            _scanned = _length;
        }
    }

    /// <summary>Looks at text, and moves it to where it is to stay.</summary>
    /// <returns>Up to where it has been read.</returns>
    private int Scan(int read)
    {
        var count = _scanner!.Scan(_buffer.Span.Slice(read, _length - read), out var found);
        if (read != _scanned)
        {
            _buffer.Span.Slice(read, count).CopyTo(_buffer.Span[_scanned..]);
        }

        _scanned += count;
        if (found == DocumentScanner.Found.Data)
        {
            _base64 = new Base64Reader();
        }

        IsComplete = found == DocumentScanner.Found.End;
        return read + count;
    }

    private (int Taken, int Written, Base64Reader.Found Found) Decode(int read)
    {
        _piece ??= SharedArrays.Rent<byte>(Base64Reader.LongestDecoded(PieceLength));
        var taken = _base64!.Read(_buffer.Span.Slice(read, Math.Min(PieceLength, _length - read)), _piece, out var written, out var found);
        return (taken, written, found);
    }

    private async ValueTask StoreAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_upload is null)
        {
            await _memory.ReserveAsync(AttachmentIntake.UploadMemory, _cancellation);
            _upload = _database.BeginUpload(_scanner!.ContentType ?? "application/octet-stream");
        }

        await AttachmentIntake.WriteAsync(_upload, _scanner!.AttachmentName, bytes, _cancellation);
    }

    /// <summary>Ends an attachment, and puts what stands for it in its place.</summary>
    /// <returns>Up to where the text has been read.</returns>
    private async ValueTask<int> EndContentAsync(int read, Base64Reader.Found found)
    {
        var isContent = found == Base64Reader.Found.End;
        StoredContent? content = null;
        if (isContent)
        {
            await StoreAsync(ReadOnlyMemory<byte>.Empty);
            content = await AttachmentIntake.CompleteAsync(_memory, _upload!, _cancellation);
        }

        Contents ??= new ReceivedContents();
        Contents.Add(content);
        if (_upload is not null)
        {
            await _upload.DisposeAsync();
            _upload = null;
            _memory.Free(AttachmentIntake.UploadMemory);
        }

        read = await PutTokenAsync(read, Contents.Lengths.Count - 1, isContent);
        _base64 = null;
        _scanner!.LeaveData(isContent);
        return read;
    }

    private async ValueTask<int> PutTokenAsync(int read, int number, bool isContent)
    {
        var token = new byte[LongestToken];
        token[0] = (byte)'=';
        number.TryFormat(token.AsSpan(1), out var digits, default, CultureInfo.InvariantCulture);
        token[digits + 1] = isContent ? (byte)'"' : (byte)'!';
        var length = digits + 2;
        var missing = length - (read - _scanned);
        if (missing > 0)
        {
            // An attachment that is shorter than what stands for it.
            if (_length + missing > _buffer.Length)
            {
                await GrowAsync(Math.Min(2L * _buffer.Length, Array.MaxLength));
            }

            _buffer.Span.Slice(read, _length - read).CopyTo(_buffer.Span[(read + missing)..]);
            _length += missing;
            read += missing;
        }

        token.AsSpan(0, length).CopyTo(_buffer.Span[_scanned..]);
        _scanned += length;
        return read;
    }

    private ValueTask GrowAsync(long length)
    {
        if (length <= _buffer.Length)
        {
            throw new DocumentException(HttpErrors.BodyTooLarge);
        }

        var reserving = ReserveAsync(Overhead + (length * Forms));
        if (!reserving.IsCompletedSuccessfully)
        {
            return AwaitAsync(reserving, (int)length);
        }

        _buffer.Resize((int)length, .._length);
        return ValueTask.CompletedTask;

        async ValueTask AwaitAsync(ValueTask pending, int size)
        {
            await pending;
            _buffer.Resize(size, .._length);
        }
    }

    /// <summary>Sees to it that the text and what is made of it have so many bytes reserved.</summary>
    private ValueTask ReserveAsync(long bytes)
    {
        if (bytes <= _reserved)
        {
            return ValueTask.CompletedTask;
        }

        var reserving = _memory.ReserveAsync(bytes - _reserved, _cancellation);
        if (!reserving.IsCompletedSuccessfully)
        {
            return AwaitAsync(reserving, bytes);
        }

        _reserved = bytes;
        return ValueTask.CompletedTask;

        async ValueTask AwaitAsync(ValueTask pending, long all)
        {
            await pending;
            _reserved = all;
        }
    }
}
