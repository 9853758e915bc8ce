using System.Globalization;
using CloudWall.Load;
using CloudWall.Load.Limits;

const string Usage = """
    cloudwall-load run URL [URL2] [--only NAMES] [--scale X] [--markdown]
        Load on one server, or in turn on two, which are compared. Credentials are in the URLs. NAMES: parts of works' names, by commas.
    cloudwall-load limit [--scale X] [--markdown]
        A node beside what the machine, the store and Kestrel could do with the same bytes.
    cloudwall-load flat [--only PARTS] [--ids ORDERS] [--scale X] [--markdown]
        What writes and pages cost in large databases beside small ones. Scale 1: five million documents. PARTS: databases, edits, insert,
        pages; ORDERS: ascending, random; by commas.
    cloudwall-load views [--scale X] [--markdown]
        What building an index costs beside its functions alone, and what queries cost in large views beside small ones. Scale 1: a million rows.
    cloudwall-load memory [--scale X] [--markdown]
        How much memory a node takes for large things. Scale 1: five million documents, an attachment of 1 GiB, a thousand slow readers.
    cloudwall-load bounds [--only PARTS] [--scale X] [--markdown]
        How much memory a node takes for what is as large as it may be, or larger, and what it gives back within a minute. Scale 1: attachments
        of 200 MB in a document, 20 million documents and 10 GB of blanks packed.
    cloudwall-load replicate [--scale X] [--markdown]
        One node pulls from another: documents, attachments, a thousand idle replications. Scale 1: 100,000 documents, 1 GiB.
    """;

var names = args.Where((argument, i) => !argument.StartsWith("--", StringComparison.Ordinal) && (i == 0 || args[i - 1] is not ("--only" or "--ids" or "--scale"))).ToList();
var only = List("--only");
var scale = double.Parse(Option("--scale") ?? "1", CultureInfo.InvariantCulture);
var markdown = args.Contains("--markdown");
switch (names)
{
    case ["run", _] or ["run", _, _]:
        await new RunCommand(names[1..], only, scale, markdown, Console.Out).RunAsync();
        return 0;
    case ["limit"]:
        await new LimitCommand(scale, markdown).RunAsync();
        return 0;
    case ["flat"]:
        await new FlatCommand(scale, only, List("--ids"), markdown).RunAsync();
        return 0;
    case ["views"]:
        using (var views = new ViewsCommand(scale, markdown))
        {
            await views.RunAsync();
        }

        return 0;
    case ["memory"]:
        await new MemoryCommand(scale, markdown).RunAsync();
        return 0;
    case ["bounds"]:
        await new BoundsCommand(scale, only, markdown).RunAsync();
        return 0;
    case ["replicate"]:
        await new ReplicateCommand(scale, markdown).RunAsync();
        return 0;
    case ["raw-put", var node, var batch, var threads]:
        Console.WriteLine(RawStore.Put(node, int.Parse(batch, CultureInfo.InvariantCulture), int.Parse(threads, CultureInfo.InvariantCulture)));
        return 0;
    case ["raw-scan", var node, var rows]:
        Console.WriteLine(RawStore.Scan(node, documents: rows == "documents"));
        return 0;
    case ["bare", var port, var file]:
        await BareServer.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), file);
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

string[] List(string name) => Option(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
