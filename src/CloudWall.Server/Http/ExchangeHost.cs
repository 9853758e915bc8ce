using CloudWall.Access;
using CloudWall.Access.Sessions;
using CloudWall.Documents.Admission;
using CloudWall.Server.Configuration;
using CloudWall.Server.Cors;
using CloudWall.Settings;

namespace CloudWall.Server.Http;

/// <summary>What all requests of a node share.</summary>
/// <param name="Settings">The settings of HTTP.</param>
/// <param name="Cors">Cross-origin requests.</param>
/// <param name="Sessions">Makes session cookies.</param>
/// <param name="Refresh">Finds the roles that the user of a long request has now.</param>
/// <param name="Time">The clock.</param>
/// <param name="Memory">What requests share for their bodies and what is made of them.</param>
/// <param name="AnswerMemory">What answers share for what is on its way to their clients.</param>
/// <param name="BodyReleased">Told how many bytes of its body a request has taken, when it has been answered.</param>
/// <param name="Address">Where people reach the node, for clients that name no host.</param>
internal sealed record ExchangeHost(
    FollowedSettings<HttpSettings> Settings,
    FollowedSettings<CorsPolicy> Cors,
    SessionIssuer Sessions,
    Func<Principal, Principal> Refresh,
    TimeProvider Time,
    SharedMemory Memory,
    AnswerMemory AnswerMemory,
    Action<long> BodyReleased,
    Func<Uri> Address);
