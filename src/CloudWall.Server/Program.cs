using CloudWall.Server.CommandLine;

return await Application.RunAsync(args, Console.Out, Console.Error);
