namespace CloudWall.Mesh.Sync;

/// <summary>What a member says of a database besides its documents.</summary>
/// <param name="Partitioned">Whether it has partitions, which is fixed when it is created.</param>
/// <param name="Shards">CouchDB's <c>q</c>.</param>
/// <param name="RevsLimit">Its <c>_revs_limit</c>, which a member takes when it makes the database.</param>
/// <param name="Security">The past of its <c>_security</c> (<see cref="Permissions.SecurityCodec"/>).</param>
public sealed record MemberDatabase(bool Partitioned, int Shards, long RevsLimit, ReadOnlyMemory<byte> Security);
