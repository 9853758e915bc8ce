using System.Security.Cryptography;
using CloudWall.Access.Passwords;

namespace CloudWall.Access;

/// <summary>
/// The admins that a node starts with. Reading them also completes them: a password in clear text in the configuration is replaced by its
/// hash, and an admin is created where there is none.
/// </summary>
/// <param name="Hashes">Admins by name.</param>
/// <param name="New">The admin that was created, with its password; null where there was one.</param>
public sealed record Admins(IReadOnlyDictionary<string, StoredPassword> Hashes, (string Name, string Password)? New)
{
    /// <summary>Reads the admins whose passwords are hashed.</summary>
    /// <param name="stored">The section <c>[admins]</c>: names with hashes or clear-text passwords.</param>
    public static IReadOnlyDictionary<string, StoredPassword> Read(IEnumerable<(string Name, string Value)> stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var hashes = new Dictionary<string, StoredPassword>(StringComparer.Ordinal);
        foreach (var (name, value) in stored)
        {
            if (StoredPassword.TryParse(value) is { } hash)
            {
                hashes[name] = hash;
            }
        }

        return hashes;
    }

    /// <summary>Reads the admins, hashes clear-text passwords, and creates an admin where there is none.</summary>
    /// <param name="stored">The section <c>[admins]</c>: names with hashes or clear-text passwords.</param>
    /// <param name="options">How new passwords are hashed.</param>
    /// <param name="given">An admin that overrides a stored one of the same name.</param>
    /// <param name="save">Stores the hash of an admin.</param>
    public static Admins Settle(
        IEnumerable<(string Name, string Value)> stored,
        PasswordOptions options,
        (string Name, string Password)? given,
        Action<string, string> save)
    {
        var hashes = new Dictionary<string, StoredPassword>(StringComparer.Ordinal);
        foreach (var (name, value) in stored)
        {
            hashes[name] = StoredPassword.TryParse(value) ?? Store(name, value);
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
            // 20 letters and digits without those that look alike: 119 bits.
            made = ("admin", RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20));
            hashes["admin"] = Store("admin", made.Value.Password);
        }

        return new Admins(hashes, made);

        StoredPassword Store(string name, string password)
        {
            var hash = StoredPassword.Create(password, options);
            save(name, hash.Text);
            return hash;
        }
    }
}
