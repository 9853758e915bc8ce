using System.Globalization;
using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>
/// What a whole replay showed, written to the file that <c>CLOUDWALL_GOLDEN_REPORT</c> names: every failing exchange, in the form of
/// waiting.txt, and a table of the scenarios.
/// </summary>
internal sealed class GoldenReport
{
    private readonly List<string> _failures = [];
    private readonly List<string> _table = [];
    private int _passed;
    private int _total;

    public void Add(string area, string scenario, IReadOnlyList<ExchangeResult> results)
    {
        var passed = results.Count(result => result.Passed);
        _passed += passed;
        _total += results.Count;
        _table.Add($"{area + "/" + scenario,-40} {passed,4} of {results.Count,4}");
        foreach (var result in results.Where(result => !result.Passed))
        {
            var label = WaitingList.Label(area, scenario, result.Exchange.Index);
            _failures.Add(label + "  " + result.Describe(label)[label.Length..].TrimStart());
        }
    }

    public void Write(string path)
    {
        var text = new StringBuilder();
        text.AppendJoin('\n', _failures.Concat(_table.Order(StringComparer.Ordinal).Select(line => "# " + line)));
        text.Append(CultureInfo.InvariantCulture, $"\n# {_passed} passed, {_total - _passed} failed\n");
        File.WriteAllText(path, text.ToString());
    }
}
