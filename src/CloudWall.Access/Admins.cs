using System.Security.Cryptography;

namespace CloudWall.Access;

/// <summary>
/// The admins with which a node starts. What is not settled yet is made and stored: hashes of passwords that stand in the configuration in
/// the clear, an admin where there is none.
/// </summary>
/// <param name="Hashes">Admins by name.</param>
/// <param name="New">The admin that was made, with the password.</param>
public sealed record Admins(IReadOnlyDictionary<string, PasswordHash> Hashes, (string Name, string Password)? New)
{
    /// <summary>Reads admins and settles what is open.</summary>
    /// <param name="stored">The section <c>[admins]</c>: names, and hashes or passwords.</param>
    /// <param name="iterations">How many rounds a password is hashed.</param>
    /// <param name="given">An admin that wins over a stored one of that name.</param>
    /// <param name="save">Stores the hash of an admin.</param>
    public static Admins Settle(
        IEnumerable<(string Name, string Value)> stored,
        int iterations,
        (string Name, string Password)? given,
        Action<string, string> save)
    {
        var hashes = new Dictionary<string, PasswordHash>(StringComparer.Ordinal);
        foreach (var (name, value) in stored)
        {
            hashes[name] = PasswordHash.TryParse(value) ?? Store(name, value);
        }

        (string Name, string Password)? made = null;
        if (given is { } admin)
        {
            if (!hashes.TryGetValue(admin.Name, out var known) || !known.Matches(admin.Password))
            {
                hashes[admin.Name] = Store(admin.Name, admin.Password);
            }
        }
        else if (hashes.Count == 0)
        {
            // Letters and digits that are not easily taken for each other, 119 bits of them.
            made = ("admin", RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20));
            hashes["admin"] = Store("admin", made.Value.Password);
        }

        return new Admins(hashes, made);

        PasswordHash Store(string name, string password)
        {
            var hash = PasswordHash.Create(password, iterations);
            save(name, hash.Text);
            return hash;
        }
    }
}
