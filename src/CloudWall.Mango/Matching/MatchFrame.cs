namespace CloudWall.Mango.Matching;

/// <summary>A value that is decided about, and what was found in it.</summary>
/// <param name="json">The value.</param>
/// <param name="quotedId">Its id where it lacks it.</param>
/// <param name="idPlace">The place of the id among those found.</param>
/// <param name="places">What was found.</param>
internal readonly ref struct MatchFrame(ReadOnlySpan<byte> json, ReadOnlySpan<byte> quotedId, int idPlace, ReadOnlySpan<Found> places)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private readonly ReadOnlySpan<byte> _quotedId = quotedId;
    private readonly ReadOnlySpan<Found> _places = places;

    /// <summary>The value at a place; empty where there is none.</summary>
    /// <param name="place">The place; negative for the value itself.</param>
    public ReadOnlySpan<byte> At(int place) =>
        place < 0 ? _json
        : place == idPlace && !_quotedId.IsEmpty ? _quotedId
        : _places[place] is { IsThere: true } found ? _json[found.Start..found.End]
        : default;

    /// <summary>Whether a place is certainly empty.</summary>
    public bool IsAbsent(int place) => !_places[place].Blocked;
}
