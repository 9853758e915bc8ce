using System.Collections.Frozen;

namespace CloudWall.Scripting.JavaScript;

/// <summary>What a name of the language stands for, as far as it matters to what a call leaves behind.</summary>
internal enum SourceName
{
    /// <summary>None of the language's: a member of a document, or a name of the function's own.</summary>
    Other,

    /// <summary>It is no function.</summary>
    Value,

    /// <summary>It changes nothing, and calls no function that it is given.</summary>
    Harmless,

    /// <summary>It changes nothing but what it is called on, which is never one of the language's own objects.</summary>
    Mutator,

    /// <summary>It calls functions that it is given, or that the objects it is given have.</summary>
    Calling,

    /// <summary>
    /// It may change any object, make functions of text, or show whether an object was frozen. All that is not known to be better.
    /// </summary>
    Changing,
}

/// <summary>
/// The names of the language, sorted by what they can do. A test compares them with all that the engine has: a name that is missing here
/// would pass for a document's member.
/// </summary>
internal static class SourceNames
{
    /// <summary>What may be called by its plain name, and nothing happens but that its result is there.</summary>
    public static readonly FrozenSet<string> Helpers = Set(
        "emit log sum isArray toJSON parseInt parseFloat isNaN isFinite Number String Boolean decodeURI decodeURIComponent encodeURI "
        + "encodeURIComponent escape unescape Date");

    private static readonly FrozenSet<string> Values = Set(
        "NaN Infinity undefined length name message lastIndex source global ignoreCase multiline sticky unicode dotAll "
        + "hasIndices flags unicodeSets index input groups indices raw size description cause errors fileName lineNumber "
        + "columnNumber EPSILON MAX_SAFE_INTEGER MIN_SAFE_INTEGER MAX_VALUE MIN_VALUE NEGATIVE_INFINITY POSITIVE_INFINITY E "
        + "LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 stack");

    private static readonly FrozenSet<string> Harmless = Set(
        "Object Array Math JSON RegExp BigInt Error EvalError RangeError ReferenceError SyntaxError TypeError URIError "
        + "InternalError AggregateError hasOwn hasOwnProperty isPrototypeOf propertyIsEnumerable keys values entries is "
        + "getOwnPropertyNames getOwnPropertySymbols isArray at slice concat indexOf lastIndexOf includes join flat toSpliced "
        + "toReversed charAt charCodeAt codePointAt endsWith startsWith isWellFormed toWellFormed padEnd padStart repeat "
        + "split substring substr toLowerCase toUpperCase trim trimEnd trimStart trimLeft trimRight normalize match matchAll "
        + "search localeCompare toLocaleString toLocaleLowerCase toLocaleUpperCase fromCharCode fromCodePoint anchor big "
        + "blink bold fixed fontcolor fontsize italics link small strike sub sup exec test toFixed toExponential toPrecision "
        + "isInteger isSafeInteger isFinite isNaN parseFloat parseInt asIntN asUintN abs acos acosh asin asinh atan atan2 "
        + "atanh cbrt ceil clz32 cos cosh exp expm1 f16round floor fround hypot imul log log10 log1p log2 max min pow random "
        + "round sign sin sinh sqrt sumPrecise tan tanh trunc now UTC getDate getDay getFullYear getHours getMilliseconds "
        + "getMinutes getMonth getSeconds getTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours "
        + "getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds getYear toDateString toISOString toTimeString "
        + "toUTCString toGMTString toLocaleDateString toLocaleTimeString decodeURI decodeURIComponent encodeURI "
        + "encodeURIComponent escape unescape emit sum Number String Boolean Date isError has");

    private static readonly FrozenSet<string> Mutators = Set(
        "push pop shift unshift splice sort reverse fill copyWithin setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds "
        + "setTime setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes setUTCMonth setUTCSeconds setYear");

    private static readonly FrozenSet<string> Calling = Set(
        "map filter forEach reduce reduceRight some every find findIndex findLast findLastIndex flatMap toSorted replace replaceAll from of "
        + "toJSON toString valueOf next return throw parse stringify get groupBy fromEntries create rawJSON isRawJSON take drop toArray then");

    private static readonly FrozenSet<string> Changing = Set(
        // Statements and names that reach more than what is written.
        "eval Function constructor prototype __proto__ with require call apply bind this globalThis arguments callee caller import yield async "
        + "await class super delete Reflect Symbol Iterator Map Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy Promise "
        + "Generator GeneratorFunction AsyncFunction "
        // Members that change objects, or show whether they can be changed.
        + "assign defineProperty defineProperties setPrototypeOf getPrototypeOf freeze seal preventExtensions isFrozen isSealed isExtensible "
        + "getOwnPropertyDescriptor getOwnPropertyDescriptors __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ "
        + "set add clear append compile captureStackTrace prepareStackTrace stackTraceLimit getOrInsert getOrInsertComputed "
        + "union intersection difference symmetricDifference isSubsetOf isSupersetOf isDisjointFrom for keyFor species asyncIterator iterator "
        + "hasInstance isConcatSpreadable toPrimitive toStringTag unscopables deref register unregister construct ownKeys deleteProperty");

    private static readonly FrozenDictionary<string, SourceName> Names = new[]
        {
            (Values, SourceName.Value), (Harmless, SourceName.Harmless), (Mutators, SourceName.Mutator), (Calling, SourceName.Calling),
            (Changing, SourceName.Changing),
        }
        .SelectMany(static kind => kind.Item1.Select(name => KeyValuePair.Create(name, kind.Item2)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a name stands for.</summary>
    public static SourceName Of(string name) => Names.GetValueOrDefault(name);

    private static FrozenSet<string> Set(string names) =>
        names.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
