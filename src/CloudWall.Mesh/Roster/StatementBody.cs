using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>What a statement says.</summary>
public abstract record StatementBody
{
    /// <summary>
    /// Whether it gives somebody more than they had. Such a statement counts only where its signer has not said something else beside it,
    /// so that of two histories of one signer the narrower holds.
    /// </summary>
    public virtual bool IsWidening => false;

    /// <summary>Only the owner says so.</summary>
    public virtual bool IsOfOwner => false;
}

/// <summary>The mesh begins. The owner's first statement.</summary>
/// <param name="EncryptedOwnerKey">The owner's private key, encrypted under the recovery words (<see cref="OwnerKeyBox"/>).</param>
public sealed record FoundBody(ReadOnlyMemory<byte> EncryptedOwnerKey) : StatementBody
{
    /// <inheritdoc/>
    public override bool IsOfOwner => true;
}

/// <summary>The signer vouches for a device.</summary>
/// <param name="Key">The device's key.</param>
public sealed record AddBody(MemberKey Key) : StatementBody
{
    /// <inheritdoc/>
    public override bool IsWidening => true;
}

/// <summary>The owner removes a device for good.</summary>
/// <param name="Member">The device.</param>
/// <param name="Last">The last of its statements that counts; null for none.</param>
public sealed record RemoveBody(MemberId Member, StatementHash? Last) : StatementBody
{
    /// <inheritdoc/>
    public override bool IsOfOwner => true;
}

/// <summary>The signer leaves the mesh. What it says after that does not count.</summary>
public sealed record LeaveBody : StatementBody;

/// <summary>Whether members may vouch for new devices.</summary>
/// <param name="MembersMayAdd">Whether they may.</param>
public sealed record PolicyBody(bool MembersMayAdd) : StatementBody
{
    /// <inheritdoc/>
    public override bool IsWidening => MembersMayAdd;

    /// <inheritdoc/>
    public override bool IsOfOwner => true;
}

/// <summary>An account of <c>_users</c> is an administrator of the mesh, or is none any more.</summary>
/// <param name="Name">The account.</param>
/// <param name="IsOne">Whether it is one.</param>
public sealed record AdministratorBody(string Name, bool IsOne) : StatementBody
{
    /// <inheritdoc/>
    public override bool IsWidening => IsOne;

    /// <inheritdoc/>
    public override bool IsOfOwner => true;
}

/// <summary>What the signer says of itself. Nothing is trusted because of it.</summary>
/// <param name="Label">What people call the device.</param>
/// <param name="Addresses">Where it may be reached: <c>host:port</c>.</param>
public sealed record DescribeBody(string Label, IReadOnlyList<string> Addresses) : StatementBody
{
    /// <summary>Compares the addresses one by one.</summary>
    public bool Equals(DescribeBody? other) => other is not null && Label == other.Label && Addresses.SequenceEqual(other.Addresses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Label, Addresses.Count);
}

/// <summary>Something that a newer version says. It has no effect here, but others may follow it.</summary>
/// <param name="Kind">What it calls itself.</param>
public sealed record UnknownBody(string Kind) : StatementBody;
