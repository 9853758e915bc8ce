using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Server.Http;

/// <content>The memory that the request may hold.</content>
internal sealed partial class Exchange
{
    private MemoryShare? _memory;
    private AnswerShare? _answerShare;

    /// <summary>What the request has of the memory that all requests have together (<c>[cloudwall] request_memory</c>).</summary>
    public MemoryShare Memory => _memory ??= new MemoryShare(_host.Memory);

    /// <summary>
    /// Takes a share of the memory that all requests have together, before it is used; waits where there is none left. It is given back
    /// when the request has been answered.
    /// </summary>
    /// <param name="bytes">How much more is needed.</param>
    /// <exception cref="DocumentException">
    /// 413: it is more than one request may have. 429: too many wait for memory, or it took too long.
    /// </exception>
    public ValueTask ReserveAsync(long bytes) => Memory.ReserveAsync(bytes, Aborted);

    /// <summary>Sees to it that a number of bytes is reserved in all. See <see cref="ReserveAsync"/>.</summary>
    public ValueTask ReserveInAllAsync(long bytes) => Memory.ReserveInAllAsync(bytes, Aborted);

    /// <summary>What the answer has of the memory that all answers have together (<c>[cloudwall] answer_memory</c>).</summary>
    public AnswerShare AnswerShare => _answerShare ??= new AnswerShare(_host.AnswerMemory, _context.Abort);

    /// <summary>
    /// Takes a share of the memory that all answers have together for a large piece of the answer, before it is read; waits where there is
    /// none left. It is given back when it has been sent. Where it does not come at once, nothing is to be held of the piece meanwhile.
    /// </summary>
    /// <param name="bytes">How many bytes it has.</param>
    /// <exception cref="DocumentException">429: too many wait for memory, or it took too long. Only where nothing has been
    /// sent.</exception>
    public ValueTask ReserveForAnswerAsync(long bytes) => bytes <= AnswerMemory.Free || AnswerShare.TryTake(bytes)
        ? ValueTask.CompletedTask
        : AnswerShare.TakeAsync(bytes, HasStarted, Aborted);

    /// <summary>Waits for room for a document that has been read; meanwhile it is given back, and read anew then.</summary>
    /// <returns>Its body.</returns>
    /// <exception cref="DocumentException">404: it is not stored any more. Otherwise as <see cref="ReserveForAnswerAsync"/>.</exception>
    public ValueTask<StoredRevision> RoomForAsync(DocumentRecord record, RevisionId revision, StoredRevision stored)
    {
        var room = ReserveForAnswerAsync(stored.Body.Length);
        return room.IsCompletedSuccessfully ? new ValueTask<StoredRevision>(stored) : WaitAsync();

        async ValueTask<StoredRevision> WaitAsync()
        {
            stored.Dispose();
            await room;
            return Database.Read(record.Id, revision) ?? throw new DocumentException(DocumentError.Missing);
        }
    }

    /// <summary>Gives back what is reserved for the answer.</summary>
    internal void ReleaseAnswerShare() => _answerShare?.Dispose();

    /// <summary>Hands over what is reserved, for what goes on after the answer; the caller disposes of it.</summary>
    internal MemoryShare TakeOverMemory()
    {
        var memory = Memory;
        _memory = null;
        return memory;
    }
}
