using CloudWall.Node.Resources;
using CloudWall.Server.CommandLine;

// Before anything else is loaded: each part of the program takes two files.
var files = FileBudget.LimitOfThisProcess();
if (files < FileBudget.Fewest)
{
    Console.Error.WriteLine(
        $"The system lets CloudWall open no more than {files} files, and it needs {FileBudget.Fewest}: raise the limit (ulimit -n).");
    return 1;
}

return await Application.RunAsync(args, Console.Out, Console.Error);
