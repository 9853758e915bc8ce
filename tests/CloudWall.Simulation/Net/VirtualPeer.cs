using System.Runtime.CompilerServices;
using CloudWall.Documents;
using CloudWall.Replication.Peers;
using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Net;

/// <summary>A database of another node, reached over the virtual network: what HTTP is for a node outside of a simulation.</summary>
/// <param name="network">The network.</param>
/// <param name="caller">Whose replication asks.</param>
/// <param name="callee">The other node.</param>
/// <param name="name">The database for people.</param>
/// <param name="open">Opens the database there, for one call.</param>
/// <param name="heard">Called when something has come from the other node.</param>
internal sealed class VirtualPeer(
    Network network, Machine caller, SimulatedNode callee, string name, Func<RunningNode, LocalPeer> open, Action? heard = null) : Peer
{
    public override string Name => name;

    public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => CallAsync(
        static (_, node, _) => Task.FromResult(new PeerServer(node.Node.Identity.Id, node.Node.Identity.Boot)), cancellation);

    public override Task<string?> ReadFilterCodeAsync(string filter, CancellationToken cancellation) =>
        CallAsync((peer, _, token) => peer.ReadFilterCodeAsync(filter, token), cancellation);

    public override Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation) =>
        CallAsync(static (peer, _, token) => peer.ReadInfoAsync(token), cancellation);

    public override Task CreateAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellation) => CallAsync(
        async (peer, _, token) =>
        {
            await peer.CreateAsync(parameters, token);
            return true;
        },
        cancellation);

    public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation) =>
        CallAsync((peer, _, token) => peer.ReadLocalAsync(id, token), cancellation);

    public override Task<string> WriteLocalAsync(
        string id, string? revision, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        CallAsync((peer, _, token) => peer.WriteLocalAsync(id, revision, body, token), cancellation);

    public override Task<string> EnsureFullCommitAsync(CancellationToken cancellation) =>
        CallAsync(static (peer, _, token) => peer.EnsureFullCommitAsync(token), cancellation);

    public override Task<PeerChanges> ReadChangesAsync(
        string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation) =>
        CallAsync((peer, _, token) => peer.ReadChangesAsync(since, limit, wait, selection, token), cancellation);

    public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        IReadOnlyList<PeerChange> changes, CancellationToken cancellation) =>
        CallAsync((peer, _, token) => peer.FindMissingAsync(changes, token), cancellation);

    public override async IAsyncEnumerable<FetchedRevision> FetchAsync(
        IReadOnlyList<MissingRevisions> missing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var revisions = await CallAsync(
            async (peer, _, token) =>
            {
                var fetched = new List<FetchedRevision>();
                await foreach (var revision in peer.FetchAsync(missing, token))
                {
                    fetched.Add(revision with { Attachments = [.. revision.Attachments.Select(Remote)] });
                }

                return fetched;
            },
            cancellation);
        foreach (var revision in revisions)
        {
            if (network.BreaksOff())
            {
                throw Unreachable(name, "the answer broke off", null);
            }

            yield return revision;
        }
    }

    public override Task<IReadOnlyList<WriteFailure>> WriteAsync(IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation) =>
        CallAsync((peer, _, token) => peer.WriteAsync(revisions, token), cancellation);

    /// <summary>An attachment whose content comes over the network, too.</summary>
    private FetchedAttachment Remote(FetchedAttachment attachment) => attachment with
    {
        OpenAsync = async cancellation =>
        {
            var (encoding, chunks) = await CallAsync(
                async (_, _, token) =>
                {
                    await using var content = await attachment.OpenAsync(token);
                    var read = new List<ReadOnlyMemory<byte>>();
                    await foreach (var chunk in content.Bytes.WithCancellation(token))
                    {
                        read.Add(chunk.ToArray());
                    }

                    return (content.Encoding, read);
                },
                cancellation);
            return new FetchedContent(encoding, ArriveAsync(chunks));
        },
    };

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ArriveAsync(List<ReadOnlyMemory<byte>> chunks)
    {
        foreach (var chunk in chunks)
        {
            await Task.Yield();
            if (network.BreaksOff())
            {
                throw Unreachable(name, "an attachment broke off", null);
            }

            yield return chunk;
        }
    }

    private Task<T> CallAsync<T>(Func<LocalPeer, RunningNode, CancellationToken, Task<T>> serve, CancellationToken cancellation) => AskAsync(
        name,
        () => network.CallAsync(caller, callee, (running, token) => serve(open(running), running, token), cancellation),
        heard,
        cancellation);

    /// <summary>Makes a call, and has its failure be one of a peer.</summary>
    internal static async Task<T> AskAsync<T>(string name, Func<Task<T>> call, Action? heard, CancellationToken cancellation)
    {
        try
        {
            var answer = await call();
            heard?.Invoke();
            return answer;
        }
        catch (PeerException failure)
        {
            throw new PeerException(failure.Error, failure.IsTransient, failure);
        }
        catch (DocumentException refused)
        {
            throw new PeerException(refused.Error, refused.Error.Status is 429 or >= 500, refused);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            throw Unreachable(name, failure.Message, failure);
        }
    }

    private static PeerException Unreachable(string name, string why, Exception? failure) =>
        new(new DocumentError(500, "http_request_failed", $"{name}: {why}"), isTransient: true, failure);
}
