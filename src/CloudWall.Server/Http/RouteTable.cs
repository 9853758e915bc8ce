using System.Collections;
using System.Text;
using CloudWall.Access;

namespace CloudWall.Server.Http;

/// <summary>
/// Patterns and what answers them. A pattern's segments are literals, <c>{name}</c> for any one segment,
/// <c>literal{name}</c> for one that begins with the (decoded) literal, and at the end <c>**</c> for any number of them.
/// Literals win over prefixes, those over names, those over <c>**</c>; where the better choice leads nowhere, the next is tried.
/// A pattern that begins with a method and a space is for that method alone, and wins over the same pattern without.
/// </summary>
internal sealed class RouteTable : IEnumerable<Route>
{
    private readonly Node _root = new();
    private readonly List<Route> _routes = [];

    /// <summary>Adds a row.</summary>
    /// <param name="pattern">The pattern, beginning with a slash or with a method.</param>
    /// <param name="audience">Whom it answers.</param>
    /// <param name="allowed">The methods, as CouchDB names them in 405.</param>
    /// <param name="handlers">What answers them.</param>
    public void Add(string pattern, Audience audience, string allowed, params MethodHandler[] handlers)
    {
        var route = new Route(pattern, audience, allowed, handlers);
        var node = _root;
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        var method = slash > 0 ? pattern[..slash].TrimEnd() : null;
        foreach (var segment in pattern[slash..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "**")
            {
                node.Rest.Add(method, route);
                _routes.Add(route);
                return;
            }

            node = node.Child(segment);
        }

        node.Exact.Add(method, route);
        _routes.Add(route);
    }

    /// <summary>The row for a method and a target, or null.</summary>
    public Route? Find(string method, RequestTarget target) => _root.Find(method, target, 0);

    /// <inheritdoc/>
    public IEnumerator<Route> GetEnumerator() => _routes.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Node
    {
        private readonly List<(byte[] Text, Node Node)> _literals = [];
        private readonly List<(byte[] Prefix, Node Node)> _prefixes = [];
        private Node? _any;

        public Leaf Exact { get; } = new();

        public Leaf Rest { get; } = new();

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

        public Route? Find(string method, RequestTarget target, int index)
        {
            if (index == target.Count)
            {
                return Exact.Find(method) ?? Rest.Find(method);
            }

            var segment = target.Bytes(index);
            foreach (var (text, node) in _literals)
            {
                if (segment.SequenceEqual(text))
                {
                    if (node.Find(method, target, index + 1) is { } found)
                    {
                        return found;
                    }

                    break;
                }
            }

            foreach (var (prefix, node) in _prefixes)
            {
                if (segment.StartsWith(prefix) && node.Find(method, target, index + 1) is { } found)
                {
                    return found;
                }
            }

            return _any?.Find(method, target, index + 1) ?? Rest.Find(method);
        }
    }

    /// <summary>The rows with the same pattern: one for every method, and some for one.</summary>
    private sealed class Leaf
    {
        private readonly List<(string Method, Route Route)> _byMethod = [];
        private Route? _route;

        public void Add(string? method, Route route)
        {
            if (method is null ? _route is not null : _byMethod.Exists(entry => entry.Method == method))
            {
                throw new ArgumentException("A pattern is there twice: " + route.Pattern, nameof(route));
            }

            if (method is null)
            {
                _route = route;
            }
            else
            {
                _byMethod.Add((method, route));
            }
        }

        public Route? Find(string method)
        {
            foreach (var (name, route) in _byMethod)
            {
                if (name == method)
                {
                    return route;
                }
            }

            return _route;
        }
    }
}
