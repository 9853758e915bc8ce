namespace CloudWall.Scripting.DesignDocuments;

/// <summary>
/// The functions of one design document other than its views. Requests and user contexts come from the caller and go to the code as they
/// are: it is for the caller to leave out <c>Authorization</c> and <c>Cookie</c> headers and whatever else is not the code's business.
/// </summary>
/// <remarks>
/// Every method throws <see cref="ScriptException"/>: <c>not_found</c> where the function is missing, <c>compilation_error</c> where it
/// cannot be compiled, <c>os_process_error</c> or <c>InternalError</c> where it exceeds a limit, and what the function itself throws.
/// </remarks>
public abstract class DesignFunctions : ScriptFunctions
{
    /// <summary>
    /// What a function needs of the request that it is given. The rest may be left out: it makes no difference to what the function does.
    /// </summary>
    /// <param name="kind">The member of the design document that has the function: <c>shows</c>, <c>lists</c>, <c>updates</c>,
    /// <c>filters</c> or <c>rewrites</c>.</param>
    /// <param name="name">Its name; empty for <c>rewrites</c>.</param>
    /// <param name="hasDocument">Whether it is given a document.</param>
    public virtual RequestMembers RequestFor(string kind, string name, bool hasDocument = true) => RequestMembers.All;

    /// <summary>Asks a function of <c>filters</c> which documents pass.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="documents">Documents as JSON in UTF-8.</param>
    /// <param name="request">The request as JSON in UTF-8, or <c>null</c>.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>An answer for each document.</returns>
    public abstract bool[] Filter(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> documents, ReadOnlyMemory<byte> request, CancellationToken cancellation = default);

    /// <summary>Asks the map function of a view which documents it emits anything for.</summary>
    /// <param name="view">The view's name.</param>
    /// <param name="documents">Documents as JSON in UTF-8.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>An answer for each document.</returns>
    public abstract bool[] FilterByView(
        string view, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellation = default);

    /// <summary>
    /// Whether a call usually takes less time than it takes to hand it to another thread, and never waits for another program.
    /// </summary>
    public virtual bool AreShort => false;

    /// <summary>Whether the design document has <c>validate_doc_update</c>.</summary>
    public abstract bool HasValidation { get; }

    /// <summary>Asks <c>validate_doc_update</c> whether a document may be written; returns if so.</summary>
    /// <param name="arguments">What it is given.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <exception cref="ScriptException">
    /// <c>forbidden</c> or <c>unauthorized</c> with whatever reason the function gave; anything else it threw is an error of another name.
    /// </exception>
    public abstract void Validate(in ValidationArguments arguments, CancellationToken cancellation = default);

    /// <summary>Runs a function of <c>shows</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="document">The document as JSON in UTF-8, or <c>null</c>.</param>
    /// <param name="request">The request as JSON in UTF-8.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>The answer as a JSON object in UTF-8: <c>code</c>, <c>headers</c> and <c>body</c>, <c>json</c> or <c>base64</c>.</returns>
    public abstract ReadOnlyMemory<byte> Show(
        string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request, CancellationToken cancellation = default);

    /// <summary>Runs a function of <c>updates</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="document">The document as JSON in UTF-8, or <c>null</c>.</param>
    /// <param name="request">The request as JSON in UTF-8.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>What to store, and what to answer.</returns>
    public abstract UpdateResult Update(
        string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request, CancellationToken cancellation = default);

    /// <summary>Runs a function of <c>lists</c> to its end.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="head">What is known of the view before its rows, as JSON in UTF-8.</param>
    /// <param name="request">The request as JSON in UTF-8.</param>
    /// <param name="exchange">Where rows come from and text goes.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    public abstract void List(
        string name, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> request, ListExchange exchange, CancellationToken cancellation = default);

    /// <summary>Runs the function <c>rewrites</c>.</summary>
    /// <param name="request">The request as JSON in UTF-8.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>Where the request goes or its answer, as JSON in UTF-8; nothing where the function names no rule.</returns>
    public abstract ReadOnlyMemory<byte>? Rewrite(ReadOnlyMemory<byte> request, CancellationToken cancellation = default);
}
