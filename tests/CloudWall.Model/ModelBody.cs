namespace CloudWall.Model;

/// <summary>A body: the one number that tests put into it, and the contents of its attachments by name.</summary>
public sealed record ModelBody(int Value, IReadOnlyDictionary<string, string> Attachments)
{
    public string Json => "{\"value\":" + Value.ToString(System.Globalization.CultureInfo.InvariantCulture) + "}";
}
