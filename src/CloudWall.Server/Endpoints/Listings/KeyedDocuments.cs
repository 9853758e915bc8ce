using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>Documents looked up one by one, in the order in which the client named them, deleted ones and missing ones too.</summary>
/// <param name="database">The documents' database.</param>
/// <param name="kind">Which documents; keys that can be none of them are passed over.</param>
/// <param name="options">The keys, and how many of them.</param>
internal sealed class KeyedDocuments(Database database, ListingKind kind, ListingOptions options) : IDisposable
{
    private readonly IReadOnlyList<NormalJson> _keys = options.Keys!;
    private long _next = options.Skip;
    private long _left = options.Limit;

    /// <summary>What the client asked for.</summary>
    public NormalJson Key { get; private set; }

    /// <summary>The document of that id, where it is or was one.</summary>
    public DocumentRecord? Record { get; private set; }

    /// <summary>The local document of that id; valid until the next.</summary>
    public LocalDocument? Local { get; private set; }

    /// <summary>Gives the local document back, which may be large.</summary>
    /// <returns>Its id.</returns>
    public string TakeLocal()
    {
        var id = Local!.Id;
        Dispose();
        return id;
    }

    /// <summary>Looks up the next.</summary>
    /// <returns>False where there is none.</returns>
    public bool MoveNext()
    {
        Dispose();
        for (; _left > 0 && _next < _keys.Count; _left--)
        {
            Key = _keys[(int)(options.Descending ? _keys.Count - 1 - _next : _next)];
            _next++;
            var id = IdOf(Key);
            if (Belongs(id))
            {
                var isLocal = id is not null && id.StartsWith("_local/", StringComparison.Ordinal);
                Record = isLocal || string.IsNullOrEmpty(id) ? null : database.Find(id);
                Local = isLocal ? database.FindLocal(id!) : null;
                _left--;
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Local?.Dispose();
        Local = null;
    }

    private bool Belongs(string? id) => kind switch
    {
        ListingKind.DesignDocuments => Key.IsText && id!.StartsWith("_design/", StringComparison.Ordinal),
        ListingKind.LocalDocuments => Key.IsText && id!.StartsWith("_local/", StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>The id that a key stands for. To CouchDB an array of texts and bytes is a text in pieces.</summary>
    private static string? IdOf(NormalJson key)
    {
        if (key.IsText)
        {
            return key.Text();
        }

        if (!key.IsArray)
        {
            return null;
        }

        var bytes = new List<byte>();
        return TryJoin(key, bytes, depth: 0) ? Encoding.UTF8.GetString([.. bytes]) : null;
    }

    private static bool TryJoin(NormalJson pieces, List<byte> bytes, int depth)
    {
        foreach (var piece in pieces.Elements())
        {
            if (piece.IsText)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(piece.Text()));
            }
            else if (piece.IsArray)
            {
                if (depth == 16 || !TryJoin(piece, bytes, depth + 1))
                {
                    return false;
                }
            }
            else if (byte.TryParse(piece.Utf8.Span, out var value))
            {
                bytes.Add(value);
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
