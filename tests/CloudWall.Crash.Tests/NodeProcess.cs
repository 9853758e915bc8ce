using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CloudWall.Crash.Tests;

/// <summary>A node in a process of its own, which can be killed.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly Process _process;
    private readonly Task<string> _output;

    private NodeProcess(Process process, HttpClient client)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        Errors = process.StandardError.ReadToEndAsync();
        Client = client;
    }

    /// <summary>Speaks to it as its admin.</summary>
    public HttpClient Client { get; }

    /// <summary>What it has complained about, when it has ended.</summary>
    public Task<string> Errors { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Bytes of its memory that are resident.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.WorkingSet64;
        }
    }

    /// <summary>Starts a node on a data directory, and waits until it answers or has ended.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="environment">More of its environment.</param>
    /// <param name="port">The port; a free one unless told.</param>
    /// <param name="more">More of its settings, in INI format.</param>
    /// <param name="withJobs">Whether it starts jobs, however often it was killed.</param>
    /// <param name="files">How many files it may have open; null for as many as this process.</param>
    public static async Task<NodeProcess> StartAsync(
        string data,
        IEnumerable<KeyValuePair<string, string>>? environment = null,
        int? port = null,
        string more = "",
        bool withJobs = false,
        int? files = null)
    {
        port ??= FreePort();
        var start = new ProcessStartInfo(files is null ? "dotnet" : "prlimit") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in files is null ? [] : (string[])[$"--nofile={files}:{files}", "dotnet"])
        {
            start.ArgumentList.Add(argument);
        }

        var settings = data + ".ini";
        await File.WriteAllTextAsync(settings, "[chttpd_auth]\niterations = 10\n" + more);
        foreach (var argument in (string[])
            [Path.Combine(AppContext.BaseDirectory, "cloudwall.dll"), "--port", $"{port}", "--data", data, "--config", settings, .. withJobs ? ["--with-jobs"] : Array.Empty<string>()])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["COUCHDB_USER"] = "admin";
        start.Environment["COUCHDB_PASSWORD"] = "pass";
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromMinutes(2) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("admin:pass"u8));
        var node = new NodeProcess(Process.Start(start)!, client);
        while (!node.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync("_up");
                if (answer.IsSuccessStatusCode)
                {
                    break;
                }
            }
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                // Not yet, or not any more.
            }

            await Task.WhenAny(node._process.WaitForExitAsync(), Task.Delay(20));
        }

        return node;
    }

    /// <summary>Kills it as it stands (SIGKILL), and waits until it is gone.</summary>
    public Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        return _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            Assert.Equal(0, Kill(_process.Id, Terminate));
        }

        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _output;
        _process.Dispose();
        Client.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    /// <summary>Whether an answer says that a function had no time, memory or place just then.</summary>
    public static bool MayPass(string answer) =>
        answer.Contains("os_process_error", StringComparison.Ordinal) || answer.Contains("too_many_requests", StringComparison.Ordinal);

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
