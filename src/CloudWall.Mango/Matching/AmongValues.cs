namespace CloudWall.Mango.Matching;

/// <summary><c>$in</c> and <c>$nin</c>: about the elements of an array, and about other values themselves.</summary>
/// <param name="set">The values.</param>
/// <param name="expected">Whether the value, or one of its elements, is to be among them.</param>
internal sealed class AmongValues(ComparandSet set, bool expected) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value) => Of(IsAmong(value) == expected);

    private bool IsAmong(ReadOnlySpan<byte> value)
    {
        if (value[0] != '[')
        {
            return set.Contains(value);
        }

        for (var elements = new Elements(value); elements.MoveNext();)
        {
            if (set.Contains(elements.Current))
            {
                return true;
            }
        }

        return false;
    }
}
