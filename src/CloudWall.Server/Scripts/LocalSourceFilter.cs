using System.Text;
using CloudWall.Access;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;
using CloudWall.Server.Endpoints.Changes;
using CloudWall.Server.Endpoints.Databases;
using CloudWall.Server.Http;

namespace CloudWall.Server.Scripts;

/// <summary>Filter functions of a database that is replicated from within the node, which no request asks for.</summary>
internal static class LocalSourceFilter
{
    /// <summary>Asks the function.</summary>
    /// <exception cref="DocumentException">There is none, or it failed.</exception>
    public static async Task<IReadOnlyList<PeerChange>> PassAsync(
        Node node, Database database, UserContext user, ChangesSelection selection, IReadOnlyList<PeerChange> changes, CancellationToken cancellation)
    {
        var function = Find(node, database, user, selection);
        using var text = new JsonBuffer(4096);
        var places = new List<(PeerChange Change, RevisionId Revision, int Start, int End)>();
        foreach (var change in changes)
        {
            Read(database, text, change, places);
        }

        var passes = await function.PassAsync([.. places.Select(place => text.WrittenMemory[place.Start..place.End])], cancellation);
        return
        [
            .. places.Where((_, i) => passes[i])
                .GroupBy(static place => place.Change, static place => place.Revision)
                .Select(static group => group.Key with { Leaves = [.. group] }),
        ];
    }

    private static FilterFunction Find(Node node, Database database, UserContext user, ChangesSelection selection)
    {
        var isView = selection.Filter == "_view";
        var path = isView ? selection.QueryParameters.FirstOrDefault(static parameter => parameter.Key == "view").Value : selection.Filter;
        if (path?.Split('/', StringSplitOptions.RemoveEmptyEntries) is not [var design, var name])
        {
            throw HttpErrors.BadRequest("`filter` must be of the form `designname/filtername`");
        }

        var calls = DesignCalls.Open(node, database, design).Require(isView ? "views" : "filters", name);
        return new FilterFunction(calls, name, isView ? null : Request(node, database, user, selection));
    }

    private static void Read(
        Database database, JsonBuffer text, PeerChange change, List<(PeerChange Change, RevisionId Revision, int Start, int End)> places)
    {
        if (database.Find(change.Id) is not { } record)
        {
            return;
        }

        foreach (var revision in change.Leaves)
        {
            using var stored = database.Read(change.Id, revision);
            if (stored is not null)
            {
                var start = text.WrittenCount;
                DocumentWriter.WriteRow(text, Encoding.UTF8.GetBytes(change.Id), revision, History.IsDeleted(database, record, revision), stored);
                places.Add((change, revision, start, text.WrittenCount));
            }
        }
    }

    /// <summary>What a function sees of a request that nobody has made.</summary>
    private static byte[] Request(Node node, Database database, UserContext user, ChangesSelection selection)
    {
        using var json = new JsonBuffer(1024);
        json.Raw("{\"info\":"u8);
        Information.Write(json, database);
        json.Raw(",\"uuid\":"u8).Text(node.Uuids.Next()).Raw(",\"id\":null,\"method\":\"GET\",\"path\":["u8).Text(database.Name)
            .Raw(",\"_changes\"],\"query\":{"u8);
        for (var i = 0; i < selection.QueryParameters.Count; i++)
        {
            var (name, value) = selection.QueryParameters[i];
            json.Raw(i == 0 ? ""u8 : ","u8).Text(name).Raw(":"u8).Text(value);
        }

        json.Raw("},\"headers\":{},\"body\":\"undefined\",\"peer\":\"127.0.0.1\",\"form\":{},\"cookie\":{},\"userCtx\":"u8)
            .Raw(user.In(database.Name)).Raw(",\"secObj\":"u8).Raw((database.Security ?? DatabaseSecurity.Default).Span).Raw("}"u8);
        return json.WrittenSpan.ToArray();
    }
}
