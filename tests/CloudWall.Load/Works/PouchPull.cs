using System.Diagnostics;
using System.Globalization;

namespace CloudWall.Load.Works;

/// <summary>PouchDB in Node pulls a database into memory; most of the time is its own.</summary>
internal sealed class PouchPull(string modules) : Work
{
    private const string Script = """
        const PouchDB = require('pouchdb');
        PouchDB.plugin(require('pouchdb-adapter-memory'));
        const [url, expected] = process.argv.slice(1);
        const local = new PouchDB('pull' + process.pid, { adapter: 'memory' });
        local.replicate.from(url, { batch_size: 1000 }).then(result => {
          if (result.docs_written !== Number(expected)) throw new Error('only ' + result.docs_written + ' documents');
        }).catch(error => { console.error(error); process.exit(1); });
        """;

    /// <summary>Where PouchDB is installed: the clients' tests, above this program; null where it is not.</summary>
    public static string? FindModules()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var modules = Path.Combine(directory.FullName, "compat-tests");
            if (Directory.Exists(Path.Combine(modules, "node_modules", "pouchdb-adapter-memory")))
            {
                return modules;
            }
        }

        return null;
    }

    public override string Name => "PouchDB pull";

    public override string Unit => "documents";

    public override async Task PrepareAsync(Site site) => await site.DocumentsAsync("pulled", site.Scaled(10) * 1000);

    public override async Task<long> RunAsync(Site site)
    {
        var count = site.Scaled(10) * 1000;
        var url = new Uri(site.Target.Url, await site.DatabaseAsync("pulled")).ToString();
        var start = new ProcessStartInfo("node") { WorkingDirectory = modules };
        foreach (var argument in (string[])["-e", Script, url, count.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        using var node = Process.Start(start)!;
        await node.WaitForExitAsync();
        return node.ExitCode == 0 ? count : throw new InvalidDataException("PouchDB has failed.");
    }
}
