namespace CloudWall.Settings.Tests;

public sealed class SettingsTableTests
{
    [Fact]
    public void Settings_stand_by_section_and_name()
    {
        var page = SettingsTable.Write(
        [
            new Setting<int>("b", "y", SettingKinds.Count(1), 5, "Says how many."),
            new Setting<string>("b", "x", SettingKinds.Choice("one|two", "three"), "three", "Chooses.") { IsForFilesOnly = true },
            new Setting<string>("a", "z", SettingKinds.Text, "", "Is free."),
        ]);
        Assert.Equal(
            """

            ## [a]

            | setting | default | what it may be | what it does |
            | --- | --- | --- | --- |
            | `z` | none | a text | Is free. |

            ## [b]

            | setting | default | what it may be | what it does |
            | --- | --- | --- | --- |
            | `x` | `three` | one of one\|two, three | Chooses. Only files and the command line may set it. |
            | `y` | `5` | a whole number of at least 1 | Says how many. |

            """.ReplaceLineEndings("\n"),
            page);
    }
}
