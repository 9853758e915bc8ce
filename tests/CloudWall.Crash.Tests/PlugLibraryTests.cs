using System.Diagnostics;

namespace CloudWall.Crash.Tests;

/// <summary>The library that pulls the plug leaves only what a power failure can leave.</summary>
public sealed class PlugLibraryTests
{
    [Fact]
    public async Task A_file_that_is_replaced_is_there_however_often_the_plug_is_pulled()
    {
        var program = PlugLibrary.Compile("replace.c", "replace");
        using var data = new TemporaryDirectory();
        Directory.CreateDirectory(data.Path);
        var file = Path.Combine(data.Path, "file");
        await File.WriteAllTextAsync(file, "whole\n", TestContext.Current.CancellationToken);
        for (var seed = 1; seed <= 100; seed++)
        {
            var start = new ProcessStartInfo(program);
            foreach (var argument in (string[])[file, "5", data.Path])
            {
                start.ArgumentList.Add(argument);
            }

            foreach (var (name, value) in PlugLibrary.Environment(data.Path, after: (seed % 20) + 1, seed))
            {
                start.Environment[name] = value;
            }

            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(137, process.ExitCode);
            Assert.True(File.Exists(file), $"It is gone after {seed} times.");
            Assert.Equal("whole\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }
    }
}
