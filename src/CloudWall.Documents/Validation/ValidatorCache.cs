using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Validation;

/// <summary>Caches a database's validation until one of its design documents changes.</summary>
internal sealed class ValidatorCache(Database database, DatabaseCore core)
{
    private volatile Cached? _cached;
    private long _inspected = -1;

    /// <summary>The validation as of the last visible write; null if the database has none.</summary>
    public UpdateValidator? Current
    {
        get
        {
            if (core.Options.LoadValidator is not { } load)
            {
                return null;
            }

            // Read the version first: a change during the read then causes another read.
            var version = core.DesignVersion;
            if (_cached is not { } known || known.Version != version)
            {
                _cached = known = new Cached(version, load(database));
            }

            return known.Validator;
        }
    }

    /// <summary>
    /// Whether no document was inspected since the node started or a design document changed. In this state CouchDB does not know whether
    /// validation functions exist, and inspects documents as if they did, which makes it stricter than afterwards.
    /// </summary>
    public bool IsUnknown => Volatile.Read(ref _inspected) != core.DesignVersion;

    /// <summary>Records that documents were inspected.</summary>
    /// <param name="version">The version of the design documents before the inspection.</param>
    public void MarkInspected(long version) => Volatile.Write(ref _inspected, version);

    private sealed record Cached(long Version, UpdateValidator? Validator);
}
