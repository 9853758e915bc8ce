namespace CloudWall.Settings.Tests;

public sealed class SettingsStoreTests
{
    private static readonly Setting<int> Places = new("replicator", "max_jobs", SettingKinds.Count(1), 500, "How many jobs run at a time.");
    private static readonly Setting<bool> Rewrites = new("chttpd", "secure_rewrites", SettingKinds.Boolean, true, "Whether rewrites stay.");
    private static readonly Setting<int> Port = new("chttpd", "port", SettingKinds.Count(0, 65535), 5984, "Where it listens.");
    private static readonly Setting<int> Rounds = new("chttpd_auth", "iterations", SettingKinds.Count(1), 600_000, "Rounds of hashing.");
    private static readonly Setting<long> Size = new("smoosh.{channel}", "min_size", SettingKinds.Number(0), 1 << 20, "What is too small.");
    private static readonly Setting<string> Host = new("vhosts", "{host}", SettingKinds.Text, "", "A path for a name.");
    private static readonly Setting[] All = [Places, Rewrites, Port, Rounds, Size, Host];

    [Fact]
    public void A_setting_that_no_source_has_is_at_its_default()
    {
        var store = new SettingsStore(All);
        Assert.Equal(500, store.Get(Places));
        Assert.True(store.Get(Rewrites));
        Assert.Null(store.Find("replicator", "max_jobs"));
    }

    [Fact]
    public void The_last_source_wins()
    {
        var store = new SettingsStore(All);
        store.Add([("replicator", "max_jobs", "1"), ("chttpd", "secure_rewrites", "false")], "one");
        store.Add([("replicator", "max_jobs", "2")], "two");
        Assert.Equal(2, store.Get(Places));
        Assert.False(store.Get(Rewrites));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public void A_value_that_cannot_be_is_refused_with_what_is_wanted_and_where_it_is(string text)
    {
        var store = new SettingsStore(All);
        store.Add([("replicator", "max_jobs", text)], "the file");
        var refusal = Assert.Throws<ConfigurationException>(() => store.Get(Places));
        Assert.Equal($"[replicator] max_jobs must be a whole number of at least 1, not \"{text}\" (from the file).", refusal.Message);
    }

    [Fact]
    public void Sections_of_earlier_versions_are_read_where_the_present_one_has_nothing()
    {
        var store = new SettingsStore(All);
        store.Add([("httpd", "secure_rewrites", "false"), ("httpd", "port", "5986"), ("couch_httpd_auth", "iterations", "10")], "one");
        Assert.False(store.Get(Rewrites));
        Assert.Equal(10, store.Get(Rounds));
        Assert.Equal(5984, store.Get(Port));
        store.Add([("chttpd", "secure_rewrites", "true")], "two");
        Assert.True(store.Get(Rewrites));
    }

    [Fact]
    public void What_has_no_effect_is_told()
    {
        var store = new SettingsStore(All);
        store.Add(
            [
                ("replicator", "max_jobz", "1"), ("httpd", "port", "5986"), ("httpd", "secure_rewrites", "true"), ("smoosh.mine", "min_size", "1"),
                ("smoosh.", "min_size", "1"), ("vhosts", "my.host", "/db"),
            ],
            "one");
        Assert.Equal(
            ["[httpd] port (from one)", "[replicator] max_jobz (from one)", "[smoosh.] min_size (from one)"], store.Unknown);
    }

    [Fact]
    public void A_change_is_saved_before_it_has_an_effect()
    {
        var saved = new List<(string, string, string?)>();
        var isFull = false;
        var store = new SettingsStore(All, (section, key, value) =>
        {
            saved.Add(isFull ? throw new ConfigurationException("full") : (section, key, value));
        });
        Assert.Null(store.Set("replicator", "max_jobs", "7"));
        Assert.Equal("7", store.Set("replicator", "max_jobs", "8"));
        isFull = true;
        Assert.Throws<ConfigurationException>(() => store.Set("replicator", "max_jobs", "9"));
        Assert.Equal(8, store.Get(Places));
        isFull = false;
        Assert.Equal("8", store.Set("replicator", "max_jobs", null));
        Assert.Equal(500, store.Get(Places));
        Assert.Equal([("replicator", "max_jobs", "7"), ("replicator", "max_jobs", "8"), ("replicator", "max_jobs", null)], saved);
    }

    [Fact]
    public void A_change_to_what_cannot_be_is_refused_and_not_saved()
    {
        var store = new SettingsStore(All, static (_, _, _) => Assert.Fail("It was saved."));
        Assert.Throws<ConfigurationException>(() => store.Set("replicator", "max_jobs", "none"));
        Assert.Throws<ConfigurationException>(() => store.Set("smoosh.mine", "min_size", "-1"));
        Assert.Throws<ConfigurationException>(() => store.Set("httpd", "secure_rewrites", "perhaps"));
        Assert.Equal(500, store.Get(Places));
    }

    [Fact]
    public void Who_follows_settings_has_a_change_at_once()
    {
        var store = new SettingsStore(All);
        var followed = store.Follow(static settings => new Options(settings.Get(Places), settings.Get(Rewrites)));
        Assert.Equal(new Options(500, true), followed.Value);
        store.Set("replicator", "max_jobs", "7");
        Assert.Equal(new Options(7, true), followed.Value);
        store.Set("httpd", "secure_rewrites", "false");
        Assert.Equal(new Options(7, false), followed.Value);
        store.Set("unknown", "setting", "is taken");
        Assert.Equal("is taken", store.Find("unknown", "setting"));
    }

    [Fact]
    public void What_a_change_had_overridden_holds_again_when_it_is_removed()
    {
        var store = new SettingsStore(All);
        store.Add([("replicator", "max_jobs", "3")], "one");
        store.Add([("replicator", "max_jobs", "4")], "two");
        var followed = store.Follow(static settings => new Options(settings.Get(Places), settings.Get(Rewrites)));
        Assert.Equal("4", store.Set("replicator", "max_jobs", "5"));
        Assert.Equal(5, followed.Value.Places);
        Assert.Equal("5", store.Set("replicator", "max_jobs", null));
        Assert.Equal(4, followed.Value.Places);
    }

    [Fact]
    public void An_empty_text_takes_a_setting_back()
    {
        var store = new SettingsStore(All);
        store.Set("replicator", "max_jobs", "5");
        store.Set("replicator", "max_jobs", string.Empty);
        Assert.Equal(500, store.Get(Places));
        Assert.Equal(string.Empty, store.Find("replicator", "max_jobs"));
    }

    [Fact]
    public void Files_that_are_read_again_win_over_changes_that_were_not_stored()
    {
        var file = Path.Combine(Path.GetTempPath(), $"cloudwall-settings-{Guid.NewGuid():n}.ini");
        try
        {
            var store = new SettingsStore(All, (section, key, value) => IniFile.Save(file, section, key, value));
            store.AddFile(file, mustBeWhole: true, isOwn: true);
            var followed = store.Follow(static settings => new Options(settings.Get(Places), settings.Get(Rewrites)));
            store.Set("replicator", "max_jobs", "5");
            store.Set("replicator", "max_jobs", "6", persist: false);
            store.Set("chttpd", "secure_rewrites", "false", persist: false);
            Assert.Equal(new Options(6, false), followed.Value);
            store.Reload();
            Assert.Equal(new Options(5, true), followed.Value);

            File.WriteAllText(file, "[replicator]\nmax_jobs = none\n");
            Assert.Contains("max_jobs", Assert.Throws<ConfigurationException>(() => store.Reload()).Message, StringComparison.Ordinal);
            Assert.Equal(new Options(5, true), followed.Value);

            Assert.Throws<ConfigurationException>(() => store.Reload(static _ => throw new ConfigurationException("no")));
            Assert.Equal(new Options(5, true), followed.Value);

            File.WriteAllText(file, "[replicator]\nmax_jobs = 7\nmax_jobs =\n");
            store.Reload();
            Assert.Equal(new Options(7, true), followed.Value);
            store.Set("replicator", "max_jobs", null);
            Assert.Equal(new Options(500, true), followed.Value);
            Assert.DoesNotContain("max_jobs", File.ReadAllText(file), StringComparison.Ordinal);
            store.Set("replicator", "max_jobs", string.Empty);
            Assert.DoesNotContain("max_jobs", File.ReadAllText(file), StringComparison.Ordinal);

            File.Delete(file);
            Assert.Throws<ConfigurationException>(() => store.Reload());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Changes_from_many_threads_leave_the_last_one()
    {
        var store = new SettingsStore(All);
        var followed = store.Follow(static settings => new Options(settings.Get(Places), settings.Get(Rewrites)));
        Parallel.For(1, 500, number => store.Set("replicator", "max_jobs", $"{number}"));
        Assert.Equal(store.Get(Places), followed.Value.Places);
    }

    private sealed record Options(int Places, bool Rewrites);
}
