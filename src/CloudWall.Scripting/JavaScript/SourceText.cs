using System.Text.RegularExpressions;
using Acornima.Ast;
using Jint;

namespace CloudWall.Scripting.JavaScript;

/// <summary>The text of a function in a design document, parsed once and run in any number of engines.</summary>
internal static partial class SourceText
{
    /// <summary>Parses the text of a function.</summary>
    /// <exception cref="ScriptException"><c>compilation_error</c>.</exception>
    public static Prepared<Script> Prepare(string source, ScriptLimits limits)
    {
        try
        {
            return Parse(AsExpression(source), limits);
        }
        catch (ScriptPreparationException e)
        {
            throw ScriptException.Compilation($"SyntaxError: {Explain(e)} ({source})");
        }
    }

    /// <summary>Parses a module, as a function of <c>module</c>, <c>exports</c> and <c>require</c>.</summary>
    /// <exception cref="ScriptPreparationException">It cannot be parsed.</exception>
    public static Prepared<Script> PrepareModule(string source, ScriptLimits limits) =>
        Parse("(function (module, exports, require) { " + source + "\n });", limits);

    /// <summary>Parses a script.</summary>
    /// <exception cref="ScriptPreparationException">It cannot be parsed, or has numbers of any length.</exception>
    public static Prepared<Script> Parse(string source, ScriptLimits limits)
    {
        var script = Engine.PrepareScript(source, options: new ScriptPreparationOptions
        {
            ParsingOptions = new ScriptParsingOptions { RegexTimeout = limits.RegexTimeout, RetainFunctionSourceText = true },
        });

        // To multiply two of them is one step, in which no limit is looked at, and which may take hours.
        return MayHaveBigIntegers(source) && script.Program!.DescendantNodesAndSelf().Any(static node => node is BigIntLiteral)
            ? throw new ScriptPreparationException("BigInt is not supported", null)
            : script;
    }

    /// <summary>Whether there is something in a text that looks like a number of any length.</summary>
    public static bool MayHaveBigIntegers(string source) => BigInteger().IsMatch(source);

    /// <summary>What the parser complains about.</summary>
    public static string Explain(ScriptPreparationException e) => (e.InnerException ?? e).Message;

    /// <summary>
    /// Whether code may extend or replace what comes with the language, as some libraries do (<c>String.prototype.trim2 = …</c>). It is
    /// only a matter of compatibility: such code gets an engine for itself that is not locked, and thrown away after each call; code
    /// that does so in a way that is not seen here finds that its changes have no effect.
    /// </summary>
    public static bool ExtendsLanguage(string source) => Extension().IsMatch(source);

    /// <summary>Whether code may use the name of a helper, such as <c>sum</c>, for a global variable of its own.</summary>
    public static bool ReplacesHelpers(string source) => HelperAssignment().IsMatch(source);

    // CouchDB's engine takes an anonymous function for an expression where a statement should be; a function with a name is a declaration
    // there as here, and gives nothing to call.
    private static string AsExpression(string source)
    {
        var match = AnonymousFunction().Match(source);
        return match.Success ? source.Insert(match.Groups["function"].Index, "0,") : source;
    }

    [GeneratedRegex(@"^(?:\s|//[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)*(?<function>(?:async\s+)?function\s*(?:\*\s*)?\()", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex AnonymousFunction();

    [GeneratedRegex(@"[0-9a-fA-F_]n\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex BigInteger();

    [GeneratedRegex(@"\b(Object|Array|String|Number|Boolean|Function|Date|RegExp|\w*Error|Math|JSON|Map|Set|WeakMap|WeakSet|Symbol|Reflect)\s*(\.\s*prototype\s*)?(\.\s*[\w$]+|\[[^\]\n]*\])\s*=(?![=>])|\b(defineProperty|defineProperties|assign|setPrototypeOf)\s*\(\s*(Object|Array|String|Number|Boolean|Function|Date|RegExp|\w*Error|Math|JSON|Map|Set)\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Extension();

    [GeneratedRegex(@"(?<![\w$.])(emit|sum|log|toJSON|isArray|provides|registerType|start|send|getRow|index|require)\s*([-+*/%|&^]?=(?![=>])|\+\+|--)|(\+\+|--)\s*(emit|sum|log|toJSON|isArray|provides|registerType|start|send|getRow|index|require)\b|\bfunction\s+(emit|sum|log|toJSON|isArray|provides|registerType|start|send|getRow|index|require)\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HelperAssignment();
}
