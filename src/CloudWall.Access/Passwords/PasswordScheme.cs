namespace CloudWall.Access.Passwords;

/// <summary>How a stored password was hashed: CouchDB's <c>password_scheme</c>.</summary>
public enum PasswordScheme
{
    /// <summary><c>simple</c>: one SHA-1 over password and salt. CouchDB before 1.3 hashed this way.</summary>
    Simple,

    /// <summary><c>pbkdf2</c>.</summary>
    Pbkdf2,

    /// <summary><c>simple+pbkdf2</c>: PBKDF2 over a <see cref="Simple"/> hash, for accounts whose password nobody knows any more.</summary>
    SimplePbkdf2,

    /// <summary><c>bcrypt</c>. It is read, never written.</summary>
    Bcrypt,
}
