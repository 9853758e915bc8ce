namespace CloudWall.Mango.Matching;

/// <summary>A condition on a field, or on the value itself.</summary>
/// <param name="place">The field's place.</param>
/// <param name="passesAbsence">Whether it matches where there is no such field.</param>
/// <param name="condition">The condition.</param>
internal sealed class OfField(int place, bool passesAbsence, ValueCondition condition) : Condition
{
    public override Verdict Decide(in MatchFrame frame)
    {
        var value = frame.At(place);
        return !value.IsEmpty ? condition.Decide(value)
            : passesAbsence && frame.IsAbsent(place) ? Verdict.Yes
            : Verdict.No;
    }
}
