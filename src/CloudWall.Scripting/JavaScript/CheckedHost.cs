using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Lets text become code only where that was permitted just before, because it was looked at. The language has more ways to it than
/// <c>eval</c> and <c>Function</c>, such as the constructors of generators.
/// </summary>
internal sealed class CheckedHost : Host
{
    private bool _isPermitted;

    /// <summary>The next text may become code.</summary>
    public void Permit() => _isPermitted = true;

    /// <inheritdoc/>
    public override void EnsureCanCompileStrings(Realm callerRealm, Realm evalRealm)
    {
        if (!_isPermitted)
        {
            throw new JavaScriptException(callerRealm.Intrinsics.TypeError, "call to a constructor of functions blocked");
        }

        _isPermitted = false;
    }
}
