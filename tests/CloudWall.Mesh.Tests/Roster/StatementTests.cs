using System.Text;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;
using CsCheck;

namespace CloudWall.Mesh.Tests.Roster;

public sealed class StatementTests : IDisposable
{
    private readonly NodeKey _owner = NodeKey.Create();
    private readonly NodeKey _node = NodeKey.Create();

    [Fact]
    public void What_is_signed_is_read_as_it_was_meant()
    {
        var hash = StatementHash.Of("x"u8);
        StatementBody[] bodies =
        [
            new AddBody(_node.Public), new RemoveBody(_node.Public.Id, hash), new RemoveBody(_node.Public.Id, null),
            new PolicyBody(MembersMayAdd: true), new AdministratorBody("ann ü", IsOne: false), new DescribeBody("désk", ["a:1", "b:2"]),
            new UnknownBody("vote"),
        ];
        foreach (var body in bodies)
        {
            var said = Statement.Sign(_owner, Fields(body) with { Number = 5, Previous = [hash], Seen = [StatementHash.Of("y"u8)] });
            var read = Statement.TryRead(said.Payload.Span, said.Signature.Span)!;
            Assert.Equal((said.Hash, 5, body), (read.Hash, read.Number, read.Body));
            Assert.Equal(_owner.Public, read.Fields.Signer);
            Assert.Equal([hash], read.Fields.Previous);
            Assert.Equal([StatementHash.Of("y"u8)], read.Fields.Seen);
            Assert.True(read.IsGenuine());
        }
    }

    [Fact]
    public void A_changed_byte_is_noticed()
    {
        var said = Statement.Sign(_owner, Fields(new AddBody(_node.Public)));
        Gen.Select(Gen.Int[0, said.Payload.Length - 1], Gen.Byte[1, 255]).Sample(
            (at, change) =>
            {
                var payload = said.Payload.ToArray();
                payload[at] ^= change;
                return Statement.TryRead(payload, said.Signature.Span)?.IsGenuine() != true;
            },
            iter: 300);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.Byte.Array[0, 300].Sample(
        bytes => Statement.TryRead(bytes, new byte[MemberKey.SignatureLength]) is null, iter: 500);

    [Theory]
    [InlineData("""{"version":1}""")]
    [InlineData("""[]""")]
    [InlineData("""{"version":1,"version":1}""")]
    public void What_is_no_statement_is_refused(string json) =>
        Assert.Null(Statement.TryRead(Encoding.UTF8.GetBytes(json), new byte[MemberKey.SignatureLength]));

    [Fact]
    public void What_only_the_owner_may_say_is_no_statement_of_others() => Assert.Throws<ArgumentException>(() => Statement.Sign(
        _node, Fields(new RemoveBody(_owner.Public.Id, null)) with { Signer = _node.Public }));

    [Fact]
    public void What_is_too_long_is_no_statement()
    {
        Assert.Throws<ArgumentException>(() => Statement.Sign(
            _owner, Fields(new DescribeBody(new string('x', RosterLimits.MaxTextLength + 1), []))));
        var seen = Enumerable.Range(0, 600).Select(static i => StatementHash.Of(BitConverter.GetBytes(i))).ToList();
        Assert.Throws<ArgumentException>(() => Statement.Sign(_owner, Fields(new LeaveBody()) with { Seen = seen }));
    }

    public void Dispose()
    {
        _owner.Dispose();
        _node.Dispose();
    }

    private StatementFields Fields(StatementBody body) => new(_owner.Public.Id, _owner.Public, 1, [], [], body);
}
