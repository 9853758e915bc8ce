using System.Text;
using CloudWall.Documents;

namespace CloudWall.Access;

/// <summary>Basic credentials (RFC 7617) of server admins.</summary>
public sealed class BasicAuthentication(Administrators administrators)
{
    /// <summary>Identifies the principal that makes a request.</summary>
    /// <param name="header">The request's <c>Authorization</c> header; empty where it has none.</param>
    /// <param name="isGreeting">Whether the request is <c>GET /</c>, which anyone may make even with a header that cannot be
    /// read.</param>
    /// <param name="cancellation">Cancels the verification.</param>
    /// <exception cref="DocumentException">401: the name or the password is wrong. 400: the header cannot be read.</exception>
    public ValueTask<Principal> AuthenticateAsync(string header, bool isGreeting, CancellationToken cancellation)
    {
        if (!header.StartsWith("Basic ", StringComparison.Ordinal))
        {
            return ValueTask.FromResult(Principal.Anonymous);
        }

        var decoded = new byte[header.Length];
        if (!Convert.TryFromBase64Chars(header.AsSpan("Basic ".Length), decoded, out var length))
        {
            return isGreeting
                ? ValueTask.FromResult(Principal.Anonymous)
                : throw new DocumentException(DocumentError.BadRequest("Authorization header has invalid base64 value"));
        }

        var credentials = Encoding.UTF8.GetString(decoded, 0, length);
        var colon = credentials.IndexOf(':', StringComparison.Ordinal);

        // Browsers send "_:_" when a page makes them forget their credentials.
        return colon < 0 || credentials == "_:_"
            ? ValueTask.FromResult(Principal.Anonymous)
            : VerifyAsync(credentials[..colon], credentials[(colon + 1)..], cancellation);
    }

    private ValueTask<Principal> VerifyAsync(string name, string password, CancellationToken cancellation)
    {
        var verification = administrators.VerifyAsync(name, password, cancellation);
        return verification.IsCompletedSuccessfully
            ? ValueTask.FromResult(Admit(name, verification.Result))
            : AwaitAsync(name, verification);
    }

    private static async ValueTask<Principal> AwaitAsync(string name, ValueTask<bool> verification) => Admit(name, await verification);

    private static Principal Admit(string name, bool verified) =>
        verified
        ? new Principal(name, IsAdmin: true)
        : throw new DocumentException(new DocumentError(401, "unauthorized", "Name or password is incorrect."));
}
