using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.JavaScript;

/// <summary>Map functions whose <c>log()</c> does something, so that a test can act while a function runs.</summary>
internal sealed class JavaScriptFactoryProbe(Scripts scripts)
{
    public MapFunctions Maps(string function, Action logged) =>
        new JavaScriptFactory().CreateMaps(
            "db", new MapSource("javascript", [function], default), scripts.Options with { Log = _ => logged() });
}
