using System.Collections;
using System.Text;

namespace CloudWall.Server.Http;

/// <summary>
/// Patterns and what answers them. A pattern's segments are literals, <c>{name}</c> for any one segment,
/// <c>literal{name}</c> for one that begins with the (decoded) literal, and at the end <c>**</c> for any number of them.
/// Literals win over prefixes, those over names, those over <c>**</c>; where the better choice leads nowhere, the next is tried.
/// </summary>
internal sealed class RouteTable : IEnumerable<Route>
{
    private readonly Node _root = new();
    private readonly List<Route> _routes = [];

    /// <summary>Adds a row.</summary>
    /// <param name="pattern">The pattern, beginning with a slash.</param>
    /// <param name="audience">Whom it answers.</param>
    /// <param name="allowed">The methods, as CouchDB names them in 405.</param>
    /// <param name="handlers">What answers them.</param>
    public void Add(string pattern, Audience audience, string allowed, params MethodHandler[] handlers)
    {
        var route = new Route(pattern, audience, allowed, handlers);
        var node = _root;
        foreach (var segment in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "**")
            {
                node.Rest = node.Rest is null ? route : throw new ArgumentException("A pattern is there twice.", nameof(pattern));
                _routes.Add(route);
                return;
            }

            node = node.Child(segment);
        }

        node.Route = node.Route is null ? route : throw new ArgumentException("A pattern is there twice.", nameof(pattern));
        _routes.Add(route);
    }

    /// <summary>The row for a target, or null.</summary>
    public Route? Find(RequestTarget target) => _root.Find(target, 0);

    /// <inheritdoc/>
    public IEnumerator<Route> GetEnumerator() => _routes.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Node
    {
        private readonly List<(byte[] Text, Node Node)> _literals = [];
        private readonly List<(byte[] Prefix, Node Node)> _prefixes = [];
        private Node? _any;

        public Route? Route { get; set; }

        public Route? Rest { get; set; }

        public Node Child(string segment)
        {
            var brace = segment.IndexOf('{', StringComparison.Ordinal);
            if (brace == 0)
            {
                return _any ??= new Node();
            }

            var text = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(brace < 0 ? segment : segment[..brace]));
            var list = brace < 0 ? _literals : _prefixes;
            foreach (var (existing, node) in list)
            {
                if (existing.AsSpan().SequenceEqual(text))
                {
                    return node;
                }
            }

            list.Add((text, new Node()));
            return list[^1].Node;
        }

        public Route? Find(RequestTarget target, int index)
        {
            if (index == target.Count)
            {
                return Route ?? Rest;
            }

            var segment = target.Bytes(index);
            foreach (var (text, node) in _literals)
            {
                if (segment.SequenceEqual(text))
                {
                    if (node.Find(target, index + 1) is { } found)
                    {
                        return found;
                    }

                    break;
                }
            }

            foreach (var (prefix, node) in _prefixes)
            {
                if (segment.StartsWith(prefix) && node.Find(target, index + 1) is { } found)
                {
                    return found;
                }
            }

            return _any?.Find(target, index + 1) ?? Rest;
        }
    }
}
