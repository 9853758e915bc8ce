using System.Net;
using CloudWall.Access.Addresses;

namespace CloudWall.Access.Tests.Addresses;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", true)]
    [InlineData("2001:db8:1:2::3", "2001:db8:1:3::3", false)]
    public void An_address_stands_for_a_client(string one, string other, bool isSame) => Assert.Equal(isSame, Of(one) == Of(other));

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.200", true)]
    [InlineData("10.1.2.3", "10.1.3.3", false)]
    [InlineData("2001:db8:1:2::", "2001:db8:1:ffff::", true)]
    [InlineData("2001:db8:1:2::", "2001:db8:2:2::", false)]
    public void Clients_are_in_networks(string one, string other, bool isSame) => Assert.Equal(isSame, Of(one).Network == Of(other).Network);

    [Fact]
    public void Who_has_no_address_is_one_client() => Assert.Equal(default, ClientAddress.Of(null));

    private static ClientAddress Of(string address) => ClientAddress.Of(IPAddress.Parse(address));
}
