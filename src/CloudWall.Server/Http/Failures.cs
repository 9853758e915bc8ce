using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Server.Logging;
using CloudWall.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Http;

/// <summary>What becomes of an exception: what the client is told of it, and what the log says.</summary>
/// <param name="log">The log.</param>
/// <param name="stopping">Cancelled when the node is ending.</param>
internal sealed class Failures(RequestLog log, CancellationToken stopping)
{
    /// <summary>
    /// Whether an exception is what comes of a client's hanging up. Who writes may see that before the token does. A failure of the disk,
    /// or a defect, is none of it, whoever is left to be told.
    /// </summary>
    public static bool IsOfAbsence(Exchange exchange, Exception exception) => exception switch
    {
        ConnectionAbortedException or ConnectionResetException => true,
        OperationCanceledException cancelled => cancelled.CancellationToken == exchange.Aborted || exchange.Aborted.IsCancellationRequested,
        StorageException => false,
        IOException or DocumentException or JsonException => exchange.Aborted.IsCancellationRequested,
        _ => false,
    };

    /// <summary>What the client is told of a failure that is no defect. What else there is to know of it is logged.</summary>
    /// <returns>The error; null where it is a defect.</returns>
    public DocumentError? Explain(Exchange exchange, Exception exception)
    {
        if (exception is StorageException)
        {
            // What the engine says is all that there is to know.
            log.Failure(exchange, exception.Message);
        }

        return ErrorOf(exception);
    }

    /// <summary>What the client is told of any failure; a defect is logged.</summary>
    public DocumentError ExplainAny(Exchange exchange, Exception exception)
    {
        if (Explain(exchange, exception) is { } error)
        {
            return error;
        }

        log.Fault(exchange, exception);
        return HttpErrors.Internal;
    }

    private DocumentError? ErrorOf(Exception exception) => exception switch
    {
        DocumentException refusal => refusal.Error,
        JsonException => HttpErrors.InvalidJson().Error,
        OperationCanceledException when stopping.IsCancellationRequested => DatabaseErrors.Stopping,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => HttpErrors.BodyTooLarge,
        StorageException { IsOfDamagedDerived: true } => HttpErrors.DamagedIndex,
        StorageException failed => failed.Fault switch
        {
            StorageFault.DiskFull => HttpErrors.DiskFull,
            StorageFault.Damaged => HttpErrors.Damaged,
            _ => HttpErrors.DiskFailed,
        },

        // A chunk of more bytes than the framework can count.
        IOException { InnerException: OverflowException } => HttpErrors.BodyTooLarge,
        BadHttpRequestException bad => new DocumentError(bad.StatusCode, "bad_request", bad.Message),
        _ => null,
    };
}
