using System.Text;

namespace CloudWall.Load.Measuring;

/// <summary>A table as text for people, or as Markdown for documents.</summary>
internal sealed class Table(bool markdown, params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = columns.Select((column, i) => _rows.Append(columns).Max(row => row[i].Length)).ToArray();
        var text = new StringBuilder();
        Line(columns);
        if (markdown)
        {
            text.Append('|').AppendJoin('|', widths.Select((width, i) => i == 0 ? " --- " : " ---: ")).AppendLine("|");
        }

        _rows.ForEach(Line);
        return text.ToString();

        void Line(string[] cells)
        {
            var padded = cells.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            text.AppendLine(markdown ? "| " + string.Join(" | ", cells) + " |" : string.Join("  ", padded).TrimEnd());
        }
    }
}
