using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using CloudWall.Load.Http;

namespace CloudWall.Load.Limits;

/// <summary>A program run beside this one, so that its processor time and memory are its own.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>What it has written so far.</summary>
    public Task<string> Output { get; private init; } = Task.FromResult(string.Empty);

    /// <summary>Whether it has ended by itself.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>A node on a data directory, once it answers.</summary>
    /// <param name="data">The directory.</param>
    /// <param name="environment">Variables of its environment.</param>
    public static async Task<(ChildProcess Process, Target Target)> StartNodeAsync(string data, params (string Name, string Value)[] environment)
    {
        var port = FreePort();
        var process = Start(
            "cloudwall.dll", [("COUCHDB_USER", "load"), ("COUCHDB_PASSWORD", "load"), .. environment], "--port", $"{port}", "--data", data);
        return (process, await AnswersAsync(process, new Target($"http://load:load@127.0.0.1:{port}"), "_up"));
    }

    /// <summary>This program with another command.</summary>
    public static ChildProcess StartSelf(params string[] arguments) => Start("cloudwall-load.dll", [], arguments);

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until a server answers.</summary>
    public static async Task<Target> AnswersAsync(ChildProcess process, Target target, string path)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            try
            {
                using var connection = await target.ConnectAsync();
                (await connection.SendAsync(target.Request("GET", path))).Expect(200);
                return target;
            }
            catch (Exception notYet) when (notYet is SocketException or IOException or InvalidDataException)
            {
                if (process._process.HasExited)
                {
                    throw new InvalidOperationException("It ended at once: " + await process.Output);
                }

                await Task.Delay(100);
            }
        }

        throw new TimeoutException("The server does not answer.");
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>What it has written.</returns>
    public async Task<string> EndAsync()
    {
        await _process.WaitForExitAsync();
        var output = await Output;
        return _process.ExitCode == 0 ? output : throw new InvalidOperationException($"It failed with {_process.ExitCode}: {output}");
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private static ChildProcess Start(string program, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        return new ChildProcess(process) { Output = process.StandardOutput.ReadToEndAsync() };
    }
}
