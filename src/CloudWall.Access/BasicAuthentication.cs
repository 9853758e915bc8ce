using System.Text;
using CloudWall.Documents;

namespace CloudWall.Access;

/// <summary>Basic credentials (RFC 7617) of server admins.</summary>
public sealed class BasicAuthentication(Administrators administrators)
{
    /// <summary>Finds out who makes a request.</summary>
    /// <param name="header">The request's <c>Authorization</c>; empty where there is none.</param>
    /// <param name="isGreeting">Whether the request is one that anyone may make, however clumsily: for the node's greeting.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DocumentException">401: wrong name or password; 400: the header cannot be read.</exception>
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

        // "_:_" is how browsers are made to forget credentials.
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
