using CloudWall.Server.CommandLine;
using CloudWall.Settings;

namespace CloudWall.Server.Tests.CommandLine;

public sealed class CommandLineOptionsTests
{
    [Theory]
    [InlineData("--port 1 --bind any --data d --config c")]
    [InlineData("-- --port=1 --bind=any --data=d --config=c")]
    public void Reads_options(string arguments)
    {
        var options = CommandLineOptions.Parse(arguments.Split(' '));
        Assert.Equal((1, "any", "d", "c"), (options.Port, options.Bind, options.Data, options.Config));
        Assert.Equal([("chttpd", "port", "1"), ("chttpd", "bind_address", "any")], options.Settings);
    }

    [Fact]
    public void Reads_whether_jobs_are_to_start()
    {
        Assert.True(CommandLineOptions.Parse(["--with-jobs"]).WithJobs);
        Assert.False(CommandLineOptions.Parse([]).WithJobs);
    }

    [Theory]
    [InlineData("--prot 1", "There is no option --prot. --help lists those there are.")]
    [InlineData("5984", "There is no option 5984. --help lists those there are.")]
    [InlineData("--data", "--data needs a value.")]
    [InlineData("--data=", "--data needs a value.")]
    [InlineData("--port x", "--port must be a number from 0 to 65535, not \"x\".")]
    [InlineData("--port 65536", "--port must be a number from 0 to 65535, not \"65536\".")]
    [InlineData("--help=1", "There is no option --help=1. --help lists those there are.")]
    public void Says_what_is_wrong(string arguments, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => CommandLineOptions.Parse(arguments.Split(' '))).Message);

    [Fact]
    public async Task Prints_help_and_version()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await Application.RunAsync(["--help"], output, TextWriter.Null));
        Assert.Contains("--data DIR", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("{0}", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await Application.RunAsync(["--version"], output, TextWriter.Null));
        Assert.Contains($"CloudWall {Product.Version} (CouchDB 3.5.0)", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_by_its_exit_status_whether_a_node_is_up()
    {
        string port;
        await using (var node = await TestNode.StartAsync())
        {
            port = node.Node.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(0, await Application.RunAsync(["--health", "--port", port], TextWriter.Null, TextWriter.Null));
        }

        Assert.Equal(1, await Application.RunAsync(["--health", "--port", port], TextWriter.Null, TextWriter.Null));
    }

    [Fact]
    public async Task Says_why_it_cannot_start_and_ends_with_1()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "FORMAT"), "99\n", TestContext.Current.CancellationToken);
        using var error = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--port", "0", "--data", directory.Path], TextWriter.Null, error));
        Assert.Equal(
            $"The data directory {directory.Path} was written by a newer CloudWall (format 99; this one reads up to 1). Use that version, or another directory.",
            error.ToString().TrimEnd());
    }
}
