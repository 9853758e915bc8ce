using System.Reflection;
using CloudWall.Node.Configuration;
using CloudWall.Server.Configuration;
using CloudWall.Settings;

namespace CloudWall.Server.Tests.Configuration;

/// <summary><c>docs/settings.md</c> is made of the settings; with <c>CLOUDWALL_WRITE_DOCS=1</c> in the environment this makes it anew.</summary>
public sealed class SettingsPageTests
{
    private const string Head = """
        # Settings

        Every setting that has an effect, by CouchDB's sections and names (its documentation: "Configuration"); `[cloudwall]` has those that CouchDB does
        not know. They are read from `DIR/local.ini`, then from the file of `--config`, then from the command line; the last one wins. A setting that is
        not here has no effect, and the log of the start names it. Admins read and change them with `/_node/_local/_config` too (CouchDB's
        documentation: "Configuration of CouchDB Cluster"). This page is made of the program by `SettingsPageTests`.

        """;

    [Fact]
    public void The_page_says_what_the_program_does()
    {
        var page = Head.ReplaceLineEndings("\n") + SettingsTable.Write([.. NodeSettings.All, .. HttpSettings.All]);
        var file = Path.Combine(Repository(), "docs", "settings.md");
        if (Environment.GetEnvironmentVariable("CLOUDWALL_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, page);
        }

        Assert.Equal(page, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void No_setting_is_missing()
    {
        var listed = NodeSettings.All.Concat(HttpSettings.All).ToList();
        Assert.Equal(listed.Count, listed.Select(static setting => (setting.Section, setting.Key)).Distinct().Count());
        var defined = new[] { typeof(NodeSettings), typeof(HttpSettings) }
            .SelectMany(static type => type.Assembly.GetTypes())
            .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(static field => typeof(Setting).IsAssignableFrom(field.FieldType))
            .Select(static field => (Setting)field.GetValue(null)!)
            .ToHashSet();
        Assert.Equal(defined.Order(Comparer<Setting>.Create(Compare)), listed.Order(Comparer<Setting>.Create(Compare)));
    }

    [Fact]
    public void Each_effect_is_a_sentence() =>
        Assert.All(NodeSettings.All.Concat(HttpSettings.All), static setting => Assert.Matches(@"^\p{L}.*[.)]$", setting.Effect));

    private static int Compare(Setting one, Setting other) => string.CompareOrdinal(one.ToString(), other.ToString());

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "CloudWall.sln")))
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }
}
