namespace CloudWall.Scripting.JavaScript;

/// <summary>The short names of media types that <c>provides()</c> and <c>?format=</c> use, and those that <c>registerType()</c> adds.</summary>
internal sealed class MimeRegistry
{
    private readonly Dictionary<string, string[]> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    public MimeRegistry()
    {
        Register("all", "*/*");
        Register("text", "text/plain; charset=utf-8", "txt");
        Register("html", "text/html; charset=utf-8");
        Register("xhtml", "application/xhtml+xml", "xhtml");
        Register("xml", "application/xml", "text/xml", "application/x-xml");
        Register("js", "text/javascript", "application/javascript", "application/x-javascript");
        Register("css", "text/css");
        Register("ics", "text/calendar");
        Register("csv", "text/csv");
        Register("rss", "application/rss+xml");
        Register("atom", "application/atom+xml");
        Register("yaml", "application/x-yaml", "text/yaml");
        Register("multipart_form", "multipart/form-data");
        Register("url_encoded_form", "application/x-www-form-urlencoded");
        Register("json", "application/json", "text/x-json");
    }

    public void Register(string key, params string[] types)
    {
        _types[key] = types;
        foreach (var type in types)
        {
            _keys[type] = key;
        }
    }

    public string[]? TypesOf(string key) => _types.GetValueOrDefault(key);

    public string? KeyOf(string type) => _keys.GetValueOrDefault(type);
}
