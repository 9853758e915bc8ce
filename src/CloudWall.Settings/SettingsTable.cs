using System.Text;

namespace CloudWall.Settings;

/// <summary>Renders the table of all settings as Markdown.</summary>
public static class SettingsTable
{
    /// <summary>Renders the table.</summary>
    /// <param name="settings">All settings, in any order.</param>
    public static string Write(IEnumerable<Setting> settings)
    {
        var page = new StringBuilder();
        foreach (var section in settings.GroupBy(static setting => setting.Section).OrderBy(static section => section.Key, StringComparer.Ordinal))
        {
            page.Append("\n## [").Append(section.Key).Append("]\n\n| setting | default | what it may be | what it does |\n| --- | --- | --- | --- |\n");
            foreach (var setting in section.OrderBy(static setting => setting.Key, StringComparer.Ordinal))
            {
                page.Append("| `").Append(setting.Key).Append("` | ")
                    .Append(setting.Usual.Length == 0 ? "none" : $"`{setting.Usual}`").Append(" | ")
                    .Append(Cell(setting.Wanted)).Append(" | ").Append(Cell(setting.Effect));
                if (setting.IsForFilesOnly)
                {
                    page.Append(" Only files and the command line may set it.");
                }
                else if (setting.IsReadAtStart)
                {
                    page.Append(" A change waits for the next start.");
                }

                page.Append(" |\n");
            }
        }

        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
