using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Validation;

/// <summary>A database's validation, until one of its design documents changes.</summary>
internal sealed class ValidatorCache(Database database, DatabaseCore core)
{
    private volatile Known? _known;

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

    private sealed record Known(long Version, UpdateValidator? Validator);
}
