using CloudWall.Server.Endpoints.Server;
using CloudWall.Server.Http;
using static CloudWall.Server.Http.Audience;
using static CloudWall.Server.Http.MethodHandler;

namespace CloudWall.Server;

/// <summary>
/// The table of contents: every path, whom it answers, which methods CouchDB names when another is tried, and what answers.
/// Patterns are explained at <see cref="RouteTable"/>. Where rows overlap, the one with more literal segments wins, so their
/// order is the reader's.
/// </summary>
internal static class Routes
{
    /// <summary>The table.</summary>
    public static RouteTable Create() => new()
    {
        // Server
        { "/", Anyone, "GET,HEAD", Get(Welcome.Show) },
        { "/_up/**", Anyone, "GET,HEAD", Get(Up.Show) },
    };
}
