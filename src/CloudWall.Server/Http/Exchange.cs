using System.IO.Pipelines;
using CloudWall.Access;
using CloudWall.Access.Databases;
using CloudWall.Access.Users;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Server.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CloudWall.Server.Http;

/// <summary>
/// One request and its answer: all that an endpoint is given.
/// <para>
/// An endpoint is a <see cref="Handler"/>, a method <c>Task Name(Exchange exchange)</c> in the file of its group under <c>Endpoints/</c>,
/// and a row in <see cref="Routes"/>, which makes the group's class once and gives it what it uses of the node; a method that uses nothing
/// is static. The kernel has already parsed the target, answered preflights,
/// authenticated, checked who may come in and which methods there are, and found <see cref="Database"/> for routes of a
/// database. To refuse, throw a <see cref="DocumentException"/> (<see cref="HttpErrors"/> has CouchDB's usual ones); any other
/// exception becomes a 500 and a line in the log.
/// </para>
/// <para>
/// Reading: <see cref="Target"/> for segments, <see cref="Path"/> for the document and the attachment that they mean,
/// <see cref="Query"/> with typed getters, <see cref="BodyReading.RequireJson"/> then <see cref="BodyReading.ReadJsonAsync"/> for a JSON body in one
/// pooled buffer (gzip unpacked, size limited) or <see cref="BodyReading.ReadNormalJsonAsync"/>, <see cref="BodyReader"/> for a body that is streamed.
/// </para>
/// <para>
/// Answering: set <see cref="Headers"/> first (<c>ETag</c>, <c>Location</c> by <see cref="AbsoluteUri"/>), then exactly one of
/// <see cref="WriteJsonAsync(int, ReadOnlyMemory{byte})"/> (also with a <see cref="JsonBuffer"/>), <see cref="WriteOkAsync"/>,
/// <see cref="WriteNotModifiedAsync"/>, <see cref="RedirectAsync"/>, <see cref="WriteBytesAsync"/>, or
/// <see cref="BeginStream"/> for rows and feeds. Content type, cache control, CORS and CouchDB's own headers are added; a
/// newline is added after JSON by the first two, not to streams. HEAD needs no care: a stream ends the handler where it
/// would send the first bytes.
/// </para>
/// <code>
/// public static async Task Show(Exchange exchange)
/// {
///     if (exchange.IsFresh(etag)) { await exchange.WriteNotModifiedAsync(etag); return; }
///     exchange.Headers.ETag = etag;
///     using var json = new JsonBuffer();
///     json.Raw("{\"name\":"u8).Text(exchange.Database.Name).Raw("}"u8);
///     await exchange.WriteJsonAsync(200, json);
/// }
///
/// public static async Task List(Exchange exchange)
/// {
///     using var stream = exchange.BeginStream();
///     stream.Buffer.Raw("["u8);
///     foreach (…) { stream.Buffer.Text(row); await stream.FlushIfFullAsync(); }
///     stream.Buffer.Raw("]\n"u8);
///     await stream.CompleteAsync();
/// }
/// </code>
/// </summary>
internal sealed partial class Exchange
{
    /// <summary>How long a client that has its answer may go on sending: as long as Kestrel would wait.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private readonly ExchangeHost _host;
    private readonly HttpContext _context;
    private readonly long _began;
    private Database? _database;
    private BodyPipe? _body;

    /// <summary>For the kernel.</summary>
    public Exchange(ExchangeHost host, HttpContext context)
    {
        _host = host;
        _context = context;
        _began = host.Time.GetTimestamp();
        Settings = host.Settings.Value;
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (RequestTarget.TryParse(raw, Settings.DecodePlusToSpace, out var target, out var error))
        {
            Target = target;
        }
        else
        {
            Target = RequestTarget.Root;
            TargetError = error;
        }

        RawTarget = raw;
        IsHead = context.Request.Method == "HEAD";
        Method = RequestMethod.Of(context.Request);
        _isSafe = Method is "GET" or "OPTIONS";
    }

    /// <summary>The settings of HTTP as they were when the request came.</summary>
    public HttpSettings Settings { get; }

    /// <summary>The method, with <c>X-HTTP-Method-Override</c> taken into account; GET for HEAD.</summary>
    public string Method { get; private set; }

    /// <summary>Whether only the headers are wanted.</summary>
    public bool IsHead { get; }

    /// <summary>What the request names: <c>Target.Text(0)</c> is the database's name, and so on.</summary>
    public RequestTarget Target { get; private set; }

    /// <summary>The parameters.</summary>
    public Query Query => Target.Query;

    /// <summary>Who asks.</summary>
    public Principal Principal { get; set; } = Principal.Anonymous;

    /// <summary>Whether the client uses HTTPS, perhaps to a proxy.</summary>
    public bool IsSecure => RequestHeaders[Settings.ForwardedSslHeader] == "on"
        || RequestHeaders[Settings.ForwardedProtoHeader] == "https"
        || _context.Request.IsHttps;

    /// <summary>The database in the path. Only for routes of a database.</summary>
    public Database Database
    {
        get => _database ?? throw new InvalidOperationException("This route has no database.");
        set => _database = value;
    }

    /// <summary>The only document of the database that the user may see; null for all of them.</summary>
    public string? OwnDocument { get; set; }

    /// <summary>The only members that the user may see of the document in the path; null for all of them.</summary>
    public IReadOnlyList<string>? PublicFields { get; set; }

    /// <summary>The document and the attachment that <see cref="Target"/> names.</summary>
    public DocumentPath Path => new(Target);

    /// <summary>The request's headers.</summary>
    public IHeaderDictionary RequestHeaders => _context.Request.Headers;

    /// <summary>The length that the client announced, null for a body of unknown length or none.</summary>
    public long? ContentLength => _context.Request.ContentLength;

    /// <summary>Cancelled when the client hangs up. Pass it to whatever waits.</summary>
    public CancellationToken Aborted => _context.RequestAborted;

    /// <summary>The body for streaming. Bytes as they are sent: nothing is unpacked and no limit applies.</summary>
    public PipeReader BodyReader => _body ??= new BodyPipe(_context.Request.BodyReader);

    /// <summary>Whether a body may come.</summary>
    internal bool MayHaveBody => _context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };

    /// <summary>How long the body has been waited for, in ticks of the clock.</summary>
    internal long BodyTicks { get; set; }

    /// <summary>The clock.</summary>
    internal TimeProvider Time => _host.Time;

    /// <summary>The underlying context, for the kernel and for what is not wrapped here.</summary>
    internal HttpContext Context => _context;

    /// <summary>The target as Kestrel has it.</summary>
    internal string RawTarget { get; }

    /// <summary>Why the target cannot be read, if so.</summary>
    internal DocumentError? TargetError { get; }

    /// <summary>How long the request has taken so far.</summary>
    internal TimeSpan Elapsed => _host.Time.GetElapsedTime(_began);

    /// <summary>Refuses the user of a request that goes on for long and whose rights have been withdrawn meanwhile.</summary>
    /// <exception cref="DocumentException">The user is no member of the database any more.</exception>
    internal void RequireStillMember()
    {
        var user = _host.Refresh(Principal).Context;
        var refusal = UserDatabase.IsOne(Database.Name) && !user.IsAdmin && !DatabasePermissions.Of(Database).IsAdmin(user)
            ? DocumentError.Missing
            : DatabasePermissions.Of(Database).Refuse(user, Audience.Members);
        if (refusal is not null)
        {
            throw new DocumentException(refusal);
        }
    }

    /// <summary>Gives back what the endpoint has read of the body and not used up, and what is reserved.</summary>
    internal void Release()
    {
        _body?.Release();
        _memory?.Dispose();
        _answerShare?.Dispose();

        // What is taken in pieces never holds much, and leaves as much behind in the heaps as if it had.
        _host.BodyReleased(_body?.Taken ?? 0);
    }

    /// <summary>
    /// Ends the answer, and takes what is left of the body off the connection: what comes after it is the head of the next request.
    /// Who sends more for too long is hung up on.
    /// </summary>
    internal async ValueTask FinishAsync()
    {
        if (_context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true } || _body is { IsTaken: true } || Aborted.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await _context.Response.CompleteAsync();
            using var patience = new CancellationTokenSource(DrainTimeout, _host.Time);
            for (var body = BodyReader; ;)
            {
                var read = await body.ReadAsync(patience.Token);
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or BadHttpRequestException or InvalidOperationException)
        {
            _context.Abort();
        }
    }
}
