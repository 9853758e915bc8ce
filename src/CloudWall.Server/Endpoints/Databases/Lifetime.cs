using CloudWall.DesignDocuments.Functions;
using CloudWall.DesignDocuments.Views;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary>PUT and DELETE <c>/{db}</c>.</summary>
internal sealed class Lifetime(DatabaseCatalogue databases, ViewGroups views, OpenedDesigns designs)
{
    /// <summary>PUT.</summary>
    public async Task Create(Exchange exchange)
    {
        if (!exchange.Principal.IsAdmin)
        {
            throw HttpErrors.Unauthorized("You are not a server admin.");
        }

        var options = DatabaseOptions.Read(name => exchange.Query[name], databases.DefaultShards);
        var name = exchange.Target.Text(0);
        await databases.CreateAsync(name, options, exchange.Aborted);
        exchange.Headers.Location = exchange.AbsoluteUri("/" + PercentEncoding.Encode(name));
        await exchange.WriteOkAsync(201);
    }

    /// <summary>DELETE. One with a <c>rev</c> is meant for a document whose id got lost.</summary>
    public async Task Delete(Exchange exchange)
    {
        if (!exchange.Principal.IsAdmin)
        {
            throw HttpErrors.Unauthorized("You are not a server admin.");
        }

        if (exchange.Query.Has("rev"))
        {
            throw HttpErrors.BadRequest(
                "You tried to DELETE a database with a ?=rev parameter. Did you mean to DELETE a document instead?");
        }

        var name = exchange.Target.Text(0);
        var database = databases.Find(name);
        if (database is null || !await databases.DeleteAsync(name, exchange.Aborted))
        {
            throw new DocumentException(HttpErrors.NoDatabase);
        }

        designs.Drop(database);
        await views.DropAsync(database);

        await exchange.WriteOkAsync();
    }
}
