using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Validation;

/// <summary>A database's validation, until one of its design documents changes.</summary>
internal sealed class ValidatorCache(Database database, DatabaseCore core)
{
    private volatile Known? _known;
    private long _lookedAt = -1;

    /// <summary>The validation as of the last write that readers can see; null where there is none.</summary>
    public UpdateValidator? Current
    {
        get
        {
            if (core.Options.LoadValidator is not { } load)
            {
                return null;
            }

            // The version is taken first: what changes while it is read is read again.
            var version = core.DesignVersion;
            if (_known is not { } known || known.Version != version)
            {
                _known = known = new Known(version, load(database));
            }

            return known.Validator;
        }
    }

    /// <summary>
    /// Whether no document has been looked at since the node started or a design document changed. CouchDB does not know then whether
    /// there are functions to ask, and looks at what is there before the update as if there were: stricter than it is afterwards.
    /// </summary>
    public bool IsUnknown => Volatile.Read(ref _lookedAt) != core.DesignVersion;

    /// <summary>Documents have been looked at.</summary>
    /// <param name="version">The version of the design documents, from before.</param>
    public void LookedAt(long version) => Volatile.Write(ref _lookedAt, version);

    private sealed record Known(long Version, UpdateValidator? Validator);
}
