using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Mango.Requests;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Mango;

/// <summary>A design document of indexes, as a request edits it. Who may write design documents may edit it.</summary>
/// <param name="exchange">The request.</param>
/// <param name="id">The document's id.</param>
internal sealed class IndexDesign(Exchange exchange, string id)
{
    /// <summary>Adds an index, or replaces the one of its name.</summary>
    /// <returns>Whether the document has changed: it has not where the index is there.</returns>
    /// <exception cref="DocumentException">400: the document is not one of indexes. Otherwise the write was refused.</exception>
    public async Task<bool> AddAsync(IndexRequest request)
    {
        DocumentParser.ValidateId(id, exchange.Database.Limits);
        var opened = Open();
        using var stored = opened?.Stored;
        var members = stored is null
            ? [("language", NormalJson.Parse("\"query\""))]
            : NormalJson.FromStored(stored.Body).Members();
        if (members.Find(static member => member.Name == "language").Value is not { Utf8.Length: > 0, IsText: true } language
            || language.Text() != "query")
        {
            throw new DocumentException(IndexRequest.NoIndexes(members));
        }

        var options = members.Find(static member => member.Name == "options").Value;
        var partitioned = options is { Utf8.Length: > 0, IsObject: true } ? options.Member("partitioned"u8)?.Boolean : null;
        if (stored is not null && partitioned != request.Partitioned)
        {
            throw new DocumentException(IndexRequest.OtherPartitioning(id));
        }

        var views = members.Find(static member => member.Name == "views").Value is { Utf8.Length: > 0, IsObject: true } known
            ? known.Members()
            : [];
        Put(views, request.Name, NormalJson.Parse(request.View.Span));
        Put(members, "views", ToObject(views));
        if (stored is null && request.Partitioned is { } given)
        {
            Put(members, "options", NormalJson.Parse(given ? """{"partitioned":true}""" : """{"partitioned":false}"""));
        }

        var body = ToObject(members);
        if (stored is not null && body.Utf8.Span.SequenceEqual(stored.Body.Span))
        {
            return false;
        }

        await WriteAsync(body, stored, opened?.Revision ?? default);
        return true;
    }

    /// <summary>Removes indexes; with the last of them the document, unless something else is in it.</summary>
    /// <exception cref="DocumentException">404: there is no such document. Otherwise the write was refused.</exception>
    public async Task RemoveAsync(IReadOnlyCollection<string> names)
    {
        var opened = Open() ?? throw new DocumentException(DocumentError.Missing);
        using var stored = opened.Stored;
        var members = NormalJson.FromStored(stored.Body).Members();
        var views = members.Find(static member => member.Name == "views").Value is { Utf8.Length: > 0, IsObject: true } known
            ? known.Members()
            : [];
        views.RemoveAll(view => names.Contains(view.Name));
        if (views.Count > 0)
        {
            Put(members, "views", ToObject(views));
        }
        else
        {
            members.RemoveAll(static member => member.Name == "views");
        }

        if (members.TrueForAll(static member => member.Name == "language"))
        {
            var deletion = new DocumentWrite(id, SingleWrite.Deletion(), []) { Parent = opened.Revision };
            await SingleWrite.RunAsync(exchange, deletion);
            return;
        }

        await WriteAsync(ToObject(members), stored, opened.Revision);
    }

    private OpenedDocument? Open() => exchange.Database.Find(id) is { Deleted: false }
        ? DocumentReader.OpenWinner(exchange.Database, id)
        : null;

    private Task<RevisionId> WriteAsync(NormalJson body, StoredRevision? stored, RevisionId parent)
    {
        var document = DocumentParser.Parse(body.Utf8.Span, exchange.Database.Limits);
        AttachmentWrite[] attachments = stored is null ? [] : [.. stored.Attachments.Select(AttachmentWrite.Of)];
        return SingleWrite.RunAsync(exchange, new DocumentWrite(id, document, attachments) { Parent = parent });
    }

    private static void Put(List<(string Name, NormalJson Value)> members, string name, NormalJson value)
    {
        var at = members.FindIndex(member => member.Name == name);
        if (at < 0)
        {
            members.Add((name, value));
        }
        else
        {
            members[at] = (name, value);
        }
    }

    private static NormalJson ToObject(List<(string Name, NormalJson Value)> members)
    {
        using var json = new JsonBuffer();
        json.Raw("{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(members[i].Name).Raw(":"u8).Raw(members[i].Value.Utf8.Span);
        }

        return NormalJson.Parse(json.Raw("}"u8).WrittenSpan);
    }
}
