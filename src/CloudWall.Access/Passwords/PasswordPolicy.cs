using System.Text.RegularExpressions;
using CloudWall.Access.Terms;
using CloudWall.Documents;

namespace CloudWall.Access.Passwords;

/// <summary>
/// What new passwords must be like: <c>[chttpd_auth] password_regexp</c>, a list of regular expressions that all must match, each alone or in
/// a tuple with the reason that users are told.
/// </summary>
public sealed class PasswordPolicy
{
    /// <summary>Every password will do.</summary>
    public static readonly PasswordPolicy None = new([]);

    /// <summary>The beginning of the reason that users are told.</summary>
    private const string Refusal = "Password does not conform to requirements.";

    /// <summary>How long an expression may take. Some take exponential time on some texts.</summary>
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<(Regex Expression, string Reason)> _requirements;

    private PasswordPolicy(IReadOnlyList<(Regex Expression, string Reason)> requirements) => _requirements = requirements;

    /// <summary>Reads the setting.</summary>
    /// <param name="text">Its text, such as <c>[{".{10,}", "It has fewer than 10 characters."}, "\\d+"]</c>.</param>
    /// <param name="policy">The policy.</param>
    /// <returns>False where it is not such a list.</returns>
    public static bool TryParse(string text, out PasswordPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(text);
        policy = None;
        if (text.Length == 0)
        {
            return true;
        }

        if (ErlangTerms.TryRead(text) is not ErlangSequence { IsTuple: false } list)
        {
            return false;
        }

        var requirements = new List<(Regex, string)>();
        foreach (var item in list.Items)
        {
            if (TryParse(item) is not { } requirement)
            {
                return false;
            }

            requirements.Add(requirement);
        }

        policy = new PasswordPolicy(requirements);
        return true;
    }

    /// <summary>Why a password is refused; null where it conforms.</summary>
    public DocumentError? Refuse(string password)
    {
        foreach (var (expression, reason) in _requirements)
        {
            if (!IsMatch(expression, password))
            {
                return DocumentError.BadRequest(reason);
            }
        }

        return null;
    }

    private static bool IsMatch(Regex expression, string password)
    {
        try
        {
            return expression.IsMatch(password);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static (Regex Expression, string Reason)? TryParse(object item)
    {
        var (pattern, reason) = item switch
        {
            string alone => (alone, null),
            ErlangSequence { IsTuple: true, Items: [string only] } => (only, null),
            ErlangSequence { IsTuple: true, Items: [string first, string second] } => (first, second),
            _ => (null, null),
        };
        try
        {
            return pattern is null
                ? null
                : (new Regex(pattern, RegexOptions.CultureInvariant, LongestMatch), string.IsNullOrEmpty(reason) ? Refusal : $"{Refusal} {reason}");
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
