using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Scripting;
using CloudWall.Scripting.DesignDocuments;

namespace CloudWall.DesignDocuments.Functions;

/// <summary>One revision of a design document, opened to call its functions, for one request or for many.</summary>
public sealed class DesignCalls
{
    private readonly ScriptHost _scripts;
    private DesignFunctions _functions;
    private readonly byte[] _body;
    private readonly string _scope;

    private DesignCalls(ScriptHost scripts, string scope, DesignFunctions functions, string etag, byte[] body)
    {
        _scope = scope;
        _scripts = scripts;
        _functions = functions;
        ETag = etag;
        _body = body;
    }

    /// <summary>The revision, which serves as the entity tag.</summary>
    public string ETag { get; }

    /// <summary>Bytes of its body.</summary>
    public int Length => _body.Length;

    /// <summary>The compiled functions.</summary>
    public DesignFunctions Functions => _functions;

    /// <summary>The body of the design document.</summary>
    public NormalJson Body => NormalJson.FromStored(_body);

    /// <summary>Opens a design document.</summary>
    /// <param name="scripts">Runs functions.</param>
    /// <param name="database">Its database.</param>
    /// <param name="name">Its name, without <c>_design/</c>.</param>
    /// <exception cref="DocumentException">404: there is no such document. Any other status: its functions cannot be used.</exception>
    public static DesignCalls Open(ScriptHost scripts, Database database, string name)
    {
        var id = "_design/" + name;
        using var opened = DocumentReader.OpenWinner(database, id);
        try
        {
            var functions = scripts.Design(database.Name, DesignDocumentSource.Of(id, opened.Revision, opened.Stored));
            return new DesignCalls(scripts, database.Name, functions, opened.Revision.ToString(), opened.Stored.Body.ToArray());
        }
        catch (ScriptException failure)
        {
            throw new DocumentException(ScriptErrors.Of(failure));
        }
    }

    /// <summary>Refuses a design document that has no member at a path.</summary>
    /// <exception cref="DocumentException">404: there is no such member.</exception>
    public DesignCalls Require(params ReadOnlySpan<string> path)
    {
        var value = Body;
        foreach (var name in path)
        {
            if (!value.IsObject)
            {
                throw NotFound("json_mismatch");
            }

            value = value.Member(System.Text.Encoding.UTF8.GetBytes(name)) is { IsNull: false } member
                ? member
                : throw NotFound("missing json key: " + name);
        }

        return this;
    }

    /// <summary>Calls a function that returns its whole result.</summary>
    /// <param name="call">Makes the call.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <param name="isShort">
    /// Whether it is one call, and not one for each of many documents. It may run on the caller's thread then.
    /// </param>
    /// <exception cref="DocumentException">The function failed.</exception>
    public async Task<T> CallAsync<T>(Func<DesignFunctions, T> call, CancellationToken cancellation, bool isShort = true)
    {
        try
        {
            // This object may be kept for long, so compiled functions may have been evicted since the last call.
            var functions = _functions = _scripts.Use(_functions);
            return isShort && functions.AreShort
                ? await _scripts.Runner.RunShortAsync(_scope, () => call(functions), cancellation)
                : await _scripts.Runner.RunAsync(_scope, () => call(functions), cancellation);
        }
        catch (ScriptException failure)
        {
            throw new DocumentException(ScriptErrors.Of(failure));
        }
    }

    /// <summary>Calls a function that streams its response while it runs.</summary>
    /// <param name="call">Makes the call; its token is cancelled when the function has to stop.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="DocumentException">The function failed.</exception>
    public async Task StreamAsync(Action<DesignFunctions, CancellationToken> call, CancellationToken cancellation)
    {
        try
        {
            await _scripts.Runner.StreamAsync(_scope, ending => call(_functions, ending), cancellation);
        }
        catch (ScriptException failure)
        {
            throw new DocumentException(ScriptErrors.Of(failure));
        }
    }

    private static DocumentException NotFound(string reason) => new(new DocumentError(404, "not_found", reason));
}
