using CloudWall.Server.Tests;
using CsCheck;

namespace CloudWall.Settings.Tests;

public sealed class IniFileTests
{
    [Theory]
    [InlineData("[a]\nk = v", "a.k=v")]
    [InlineData("[a]\r\nk=v\r\n[b]\r\nk=w", "a.k=v|b.k=w")]
    [InlineData("; comment\n[a]\n;k = v\nl = w ; behind\nm = x;y", "a.l=w|a.m=x;y")]
    [InlineData("k = before any section\n[a]", "")]
    [InlineData("[a]\nk =\n= v\nno pair", "")]
    [InlineData("[a]\nrsa:x= = value=1", "a.rsa:x==value=1")]
    [InlineData("[a]\n  k  =   v v  ", "a.k=v v")]
    [InlineData("[]\n[a\nk = v", "")]
    [InlineData("[cors:http://x.y]\nk = v", "cors:http://x.y.k=v")]
    public void Reads_as_CouchDB_does(string text, string expected) => Assert.Equal(expected, Show(text));

    [Theory]
    [InlineData("", "[a]\nk = v\n")]
    [InlineData("[a]\nk = old\n", "[a]\nk = v\n")]
    [InlineData("[a]\nother = 1\n\n[b]\nk = 2\n", "[a]\nother = 1\nk = v\n\n[b]\nk = 2\n")]
    [InlineData("; mine\n[b]\nk = 2 ; two\n", "; mine\n[b]\nk = 2 ; two\n\n[a]\nk = v\n")]
    [InlineData("[a]\n\n\n", "[a]\nk = v\n")]
    public void Sets_a_value_and_leaves_the_rest(string text, string expected) => Assert.Equal(expected, IniFile.Set(text, "a", "k", "v"));

    [Fact]
    public void Removes_a_value() => Assert.Equal("[a]\nl = 1\n", IniFile.Set("[a]\nk = v\nl = 1\n", "a", "k", null));

    [Fact]
    public void What_is_set_is_read() =>
        Gen.Select(Gen.Char["abc"].Select(static c => c.ToString()), Gen.Char["kl"].Select(static c => c.ToString()), Gen.Int[0, 99]).List[0, 20].Sample(changes =>
        {
            var text = "; by hand\n[b]\nl = 100\n";
            var expected = new Dictionary<(string, string), string> { [("b", "l")] = "100" };
            foreach (var (section, key, number) in changes)
            {
                var value = number % 5 == 0 ? null : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
                text = IniFile.Set(text, section, key, value);
                if (value is null)
                {
                    expected.Remove((section, key));
                }
                else
                {
                    expected[(section, key)] = value;
                }
            }

            Assert.Equal(
                expected.Select(static entry => (entry.Key.Item1, entry.Key.Item2, entry.Value)).Order(),
                IniFile.Parse(text).Order());
            Assert.StartsWith("; by hand\n", text, StringComparison.Ordinal);
        });

    [Fact]
    public void A_saved_file_is_for_its_owner_only()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "local.ini");
        File.WriteAllText(path, "[x]\ny = 1\n");
        IniFile.Save(path, "admins", "a", "secret");
        Assert.Equal("x.y=1|admins.a=secret", Show(File.ReadAllText(path)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    private static string Show(string text) =>
        string.Join('|', IniFile.Parse(text).Select(static entry => $"{entry.Section}.{entry.Key}={entry.Value}"));
}
