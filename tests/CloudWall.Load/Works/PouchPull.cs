using System.Diagnostics;
using System.Globalization;

namespace CloudWall.Load.Works;

/// <summary>
/// PouchDB in Node pulls a database into memory. Node is started beforehand; still, most of the time is PouchDB's own, so that the
/// server's processor time says more than the rate.
/// </summary>
internal sealed class PouchPull(string modules) : Work
{
    private const string Running = "pouch.process";

    private const string Script = """
        const PouchDB = require('pouchdb');
        PouchDB.plugin(require('pouchdb-adapter-memory'));
        const [url, expected] = process.argv.slice(1);
        const local = new PouchDB('pull' + process.pid, { adapter: 'memory' });
        local.info().then(() => {
          console.log('ready');
          process.stdin.once('end', () => process.exit(1));
          process.stdin.once('data', async () => {
            try {
              const result = await local.replicate.from(url, { batch_size: 1000 });
              const { doc_count } = await local.info();
              if (result.docs_written !== Number(expected) || doc_count !== Number(expected)) {
                throw new Error(result.docs_written + ' documents were written, ' + doc_count + ' are there');
              }
              console.log('done');
              process.exit(0);
            } catch (error) {
              console.error(error);
              process.exit(1);
            }
          });
        });
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

    public override async Task PrepareRunAsync(Site site)
    {
        var url = new Uri(site.Target.Url, await site.DatabaseAsync("pulled")).ToString();
        var start = new ProcessStartInfo("node") { WorkingDirectory = modules, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-e", Script, url, Count(site).ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        var node = Process.Start(start)!;
        site.Set(Running, node);
        await ExpectAsync(node, "ready");
    }

    public override async Task<long> RunAsync(Site site)
    {
        using var node = site.Keep(Running, () => new Process());
        await node.StandardInput.WriteLineAsync("go");
        await node.StandardInput.FlushAsync();
        await ExpectAsync(node, "done");
        await node.WaitForExitAsync();
        return Count(site);
    }

    private static int Count(Site site) => site.Scaled(10) * 1000;

    private static async Task ExpectAsync(Process node, string word)
    {
        if (await node.StandardOutput.ReadLineAsync() != word)
        {
            throw new InvalidDataException("PouchDB has failed.");
        }
    }
}
