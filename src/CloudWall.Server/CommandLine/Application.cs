using System.Net.Sockets;
using System.Runtime.InteropServices;
using CloudWall.Node;
using CloudWall.Scripting.QueryServers;
using CloudWall.Settings;

namespace CloudWall.Server.CommandLine;

/// <summary>The program: arguments and environment in, a node until it is told to end, exit status out.</summary>
internal static partial class Application
{
    /// <summary>Runs until SIGTERM or SIGINT.</summary>
    /// <returns>0, or 1 where it could not start, or not end in order.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // What the node and its store write is for its owner alone.
                _ = SetFileMask(Convert.ToInt32("077", 8));
            }

            var options = CommandLineOptions.Parse(arguments);
            if (options.Help)
            {
                await output.WriteAsync(CommandLineOptions.Usage.Replace("{0}", DefaultDirectory(), StringComparison.Ordinal));
                return 0;
            }

            if (options.Version)
            {
                await output.WriteLineAsync($"CloudWall {Product.Version} (CouchDB {Product.CouchDbVersion})");
                return 0;
            }

            if (options.Health)
            {
                return await IsUpAsync(options.Port ?? 5984, error) ? 0 : 1;
            }

            if (options.NewOrigin is { } origin)
            {
                return await OriginsCommand.AddAsync(origin, options.Port ?? 5984, AdminFromEnvironment(), output, error) ? 0 : 1;
            }

            if (options.Check)
            {
                return await DataCheck.RunAsync(Path.GetFullPath(options.Data ?? DefaultDirectory()), output) ? 0 : 1;
            }

            return await ServeAsync(options, output, error) ? 0 : 1;
        }
        catch (ConfigurationException e)
        {
            await error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (Exception e) when (RefusalOf(e) is { } refusal)
        {
            await error.WriteLineAsync($"CloudWall cannot run here: {refusal}");
            return 1;
        }
    }

    /// <summary>
    /// What the system says where it gives the program too few files or too little memory, or denies it something. That concerns whatever the
    /// program does just then, such as to load a part of itself.
    /// </summary>
    /// <returns>Null where it is another failure.</returns>
    private static string? RefusalOf(Exception failure)
    {
        for (var each = failure; each is not null; each = each.InnerException)
        {
            if (each is IOException or UnauthorizedAccessException or SocketException or OutOfMemoryException or DllNotFoundException)
            {
                var first = each.Message.AsSpan().IndexOfAny('\r', '\n');
                return first < 0 ? each.Message : each.Message[..first];
            }
        }

        return null;
    }

    /// <returns>Whether it ended in order.</returns>
    private static async Task<bool> ServeAsync(CommandLineOptions options, TextWriter output, TextWriter error)
    {
        // Functions of design documents may keep as many threads busy as there are processors; answering must not wait for the pool to notice.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, (2 * Environment.ProcessorCount) + 2), ports);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        var directory = Path.GetFullPath(options.Data ?? DefaultDirectory());
        var server = await NodeServer.StartAsync(new NodeOptions
        {
            DataDirectory = directory,
            ConfigurationFile = options.Config,
            Settings = options.Settings,
            WithJobs = options.WithJobs,
            Admin = AdminFromEnvironment(),
            QueryServers = QueryServerFactory.FromEnvironment(Environment.GetEnvironmentVariables()),
            Log = error,
        });
        await using (server)
        {
            await Announcement.WriteAsync(server.Node, directory, output);
            await ended.Task;
        }

        return server.HasEndedInOrder;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.TrySetResult();
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial int SetFileMask(int mask);

    /// <summary>What a container's health check asks: whether the node on a port of this machine answers <c>/_up</c>.</summary>
    internal static async Task<bool> IsUpAsync(int port, TextWriter error)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
        var address = new UriBuilder("http", "127.0.0.1", port, "_up").Uri;
        try
        {
            using var answer = await client.GetAsync(address);

            // A node that wants everyone to sign in is up.
            var isUp = answer.IsSuccessStatusCode || answer.StatusCode == System.Net.HttpStatusCode.Unauthorized;
            if (!isUp)
            {
                await error.WriteLineAsync($"{address} answers {(int)answer.StatusCode}.");
            }

            return isUp;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await error.WriteLineAsync($"{address} does not answer: {(e is HttpRequestException ? e.Message : "it took longer than 4 seconds")}");
            return false;
        }
    }

    private static (string Name, string Password)? AdminFromEnvironment()
    {
        var name = Environment.GetEnvironmentVariable("COUCHDB_USER");
        var password = Environment.GetEnvironmentVariable("COUCHDB_PASSWORD");
        return (string.IsNullOrEmpty(name), string.IsNullOrEmpty(password)) switch
        {
            (true, true) => null,
            (false, false) => (name!, password!),
            (true, false) => throw new ConfigurationException("COUCHDB_PASSWORD is set, but COUCHDB_USER is not."),
            (false, true) => throw new ConfigurationException("COUCHDB_USER is set, but COUCHDB_PASSWORD is not."),
        };
    }

    private static string DefaultDirectory() =>
        Environment.GetEnvironmentVariable("CLOUDWALL_DATA") is { Length: > 0 } directory
            ? directory
            : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "cloudwall");
}
