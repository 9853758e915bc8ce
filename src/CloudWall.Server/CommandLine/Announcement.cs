using CloudWall.Node;

namespace CloudWall.Server.CommandLine;

/// <summary>What the node says once it listens. The first line is for programs, and stays as it is.</summary>
internal static class Announcement
{
    /// <summary>Says where the node is and what to do next.</summary>
    public static async Task WriteAsync(LocalNode node, string directory, TextWriter output)
    {
        var address = node.Address;
        var name = node.AdminName;
        var password = node.NewAdmin?.Password ?? "<password>";
        var host = address.Host is "[::]" or "0.0.0.0" ? "localhost" : address.Host;
        var authority = $"{host}:{address.Port}";
        await output.WriteLineAsync($"CloudWall {Product.Version} is listening on {address.GetLeftPart(UriPartial.Authority)}");
        await output.WriteLineAsync($"Its data is in {directory}");
        if (node.NewAdmin is not null)
        {
            await output.WriteLineAsync($"""

                An admin has been made. The password is shown this once; only its hash is stored:

                    user      {name}
                    password  {password}
                """);
        }

        await output.WriteLineAsync($$"""

            See that it answers:

                curl http://{{authority}}/

            Point a PouchDB at it, from a page of localhost or from Node:

                const remote = new PouchDB('http://{{authority}}/notes', {
                  auth: { username: '{{name}}', password: '{{password}}' }
                });
                new PouchDB('notes').sync(remote, { live: true, retry: true });

            A page of another origin than localhost needs leave, which counts at once:

                COUCHDB_USER={{name}} COUCHDB_PASSWORD={{password}} cloudwall origins add https://my.app --port {{address.Port}}

            The database is made at the first synchronisation. Ctrl+C ends the node.
            """);
        await output.FlushAsync();
    }
}
