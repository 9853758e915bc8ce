using CloudWall.Mango.Fields;

namespace CloudWall.Mango.Matching;

/// <summary>
/// Finds the values at a number of paths in one pass over a JSON value, which ends as soon as all are found. Names are compared as they
/// are written: in normal form a string is written in one way.
/// </summary>
internal sealed class PathTree
{
    private readonly Node _root = new();

    /// <summary>How many paths there are.</summary>
    public int Count { get; private set; }

    /// <summary>The names that paths begin with.</summary>
    public IEnumerable<string> Roots => _root.Children.Select(static child => child.Name);

    /// <summary>Adds a path.</summary>
    /// <returns>Its place in what <see cref="Find"/> fills.</returns>
    public int Add(FieldPath path)
    {
        var node = _root;
        foreach (var name in path.Names)
        {
            node = node.GetOrAdd(name);
        }

        return node.Place >= 0 ? node.Place : node.Place = Count++;
    }

    /// <summary>Finds the values.</summary>
    /// <param name="json">The value.</param>
    /// <param name="places">A place for each path, all of them empty.</param>
    public void Find(ReadOnlySpan<byte> json, Span<Found> places) => FindIn(json, 0, _root, places, needsEnd: false);

    /// <returns>The position after the value; of no meaning where it is not needed.</returns>
    private static int FindIn(ReadOnlySpan<byte> json, int start, Node node, Span<Found> places, bool needsEnd)
    {
        var children = node.Children;
        var end = node.Place >= 0 || children.Count == 0 ? NormalScan.SkipValue(json, start) : 0;
        if (node.Place >= 0)
        {
            places[node.Place] = new Found(start, end);
        }

        if (children.Count == 0)
        {
            return end;
        }

        switch (json[start])
        {
            case (byte)'{':
                return FindMembers(json, start + 1, node, places, needsEnd && end == 0) is var next && end > 0 ? end : next;
            case (byte)'[':
                FindElements(json, start, node, places);
                break;
            default:
                Block(node, places);
                break;
        }

        return end > 0 || !needsEnd ? end : NormalScan.SkipValue(json, start);
    }

    private static int FindMembers(ReadOnlySpan<byte> json, int i, Node node, Span<Found> places, bool needsEnd)
    {
        var left = node.Children.Count;
        while (json[i] != '}')
        {
            var end = NormalScan.SkipText(json, i);
            var child = node.Find(json[(i + 1)..(end - 1)]);
            if (child is null)
            {
                i = NormalScan.SkipValue(json, end + 1);
            }
            else
            {
                left--;
                i = FindIn(json, end + 1, child, places, needsEnd || left > 0);
                if (left == 0)
                {
                    return needsEnd ? NormalScan.SkipToEnd(json, i) : i;
                }
            }

            if (json[i] == ',')
            {
                i++;
            }
        }

        return i + 1;
    }

    private static void FindElements(ReadOnlySpan<byte> json, int start, Node node, Span<Found> places)
    {
        var last = -1;
        foreach (var child in node.Children)
        {
            last = Math.Max(last, child.Position ?? -1);
        }

        var i = start + 1;
        var position = 0;
        for (; position <= last && json[i] != ']'; position++)
        {
            var end = NormalScan.SkipValue(json, i);
            foreach (var child in node.Children)
            {
                if (child.Position == position)
                {
                    FindIn(json, i, child, places, needsEnd: false);
                }
            }

            i = json[end] == ',' ? end + 1 : end;
        }

        foreach (var child in node.Children)
        {
            if (child.Position is not { } there || there >= position)
            {
                BlockAll(child, places);
            }
        }
    }

    private static void Block(Node node, Span<Found> places)
    {
        foreach (var child in node.Children)
        {
            BlockAll(child, places);
        }
    }

    private static void BlockAll(Node node, Span<Found> places)
    {
        if (node.Place >= 0)
        {
            places[node.Place] = new Found(0, 0, Blocked: true);
        }

        Block(node, places);
    }

    private sealed class Node
    {
        /// <summary>So few names are compared one after the other.</summary>
        private const int Few = 8;

        private readonly byte[] _written;
        private Dictionary<byte[], Node>? _byName;

        public Node(string name = "")
        {
            Name = name;
            _written = MangoErrors.Quote(name)[1..^1];
            Position = FieldPath.Position(name);
        }

        public string Name { get; }

        public int? Position { get; }

        public int Place { get; set; } = -1;

        public List<Node> Children { get; } = [];

        public Node GetOrAdd(string name)
        {
            var added = new Node(name);
            if (Find(added._written) is { } known)
            {
                return known;
            }

            Children.Add(added);
            if (Children.Count > Few)
            {
                _byName ??= Children.ToDictionary(static child => child._written, BytesComparer.Instance);
                _byName[added._written] = added;
            }

            return added;
        }

        public Node? Find(ReadOnlySpan<byte> written)
        {
            if (_byName is not null)
            {
                return _byName.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(written, out var found) ? found : null;
            }

            foreach (var child in Children)
            {
                if (child._written.AsSpan().SequenceEqual(written))
                {
                    return child;
                }
            }

            return null;
        }
    }
}
