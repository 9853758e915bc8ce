using CloudWall.Server.Http.Negotiation;

namespace CloudWall.Server.Tests.Http.Negotiation;

public sealed class QualityValuesTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("*/*", true)]
    [InlineData("multipart/mixed", true)]
    [InlineData("Multipart/*", true)]
    [InlineData("application/json", false)]
    [InlineData("application/json, multipart/mixed;q=0.2", true)]
    [InlineData("*/*, multipart/mixed;q=0", false)]
    [InlineData("*/*, multipart/*;q=0.0", false)]
    [InlineData("multipart/mixed;q=0", false)]
    [InlineData("*/*;q=0", false)]
    [InlineData("", false)]
    [InlineData("multipart/related", false)]
    public void A_media_type_is_accepted_as_the_header_says(string? header, bool accepted) =>
        Assert.Equal(accepted, QualityValues.AcceptsMediaType(header, "multipart/mixed"));

    [Theory]
    [InlineData(null, false, true)]
    [InlineData("gzip", true, true)]
    [InlineData("deflate, GZIP;q=0.5", true, true)]
    [InlineData("*", true, true)]
    [InlineData("gzip;q=0, *", false, true)]
    [InlineData("identity", false, true)]
    [InlineData("identity;q=0", false, false)]
    [InlineData("gzip, identity;q=0", true, false)]
    [InlineData("*;q=0", false, false)]
    [InlineData("gzip, *;q=0", true, false)]
    public void Encodings_are_accepted_as_the_header_says(string? header, bool gzip, bool identity)
    {
        Assert.Equal(gzip, QualityValues.AcceptsGzip(header));
        Assert.Equal(identity, QualityValues.AcceptsIdentity(header));
    }
}
