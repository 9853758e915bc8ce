namespace CloudWall.Access.Tests;

public sealed class AuthenticationHandlersTests
{
    [Theory]
    [InlineData("{chttpd_auth, cookie_authentication_handler}, {chttpd_auth, default_authentication_handler}", "cookie default", true)]
    [InlineData("{chttpd_auth,jwt_authentication_handler},{couch_httpd_auth, proxy_authentification_handler}", "jwt proxy", false)]
    public void A_list_is_read_in_its_order(string text, string names, bool takesPasswords)
    {
        var handlers = AuthenticationHandlers.TryParse(text)!;
        Assert.Equal(names.Split(' '), handlers.Names);
        Assert.Equal(takesPasswords, handlers.TakesPasswords);
        Assert.Equal(handlers.Names, AuthenticationHandlers.TryParse(handlers.ToString())!.Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cookie")]
    [InlineData("{chttpd_auth, null_authentication_handler}")]
    [InlineData("{couch_httpd_auth, special_test_authentication_handler}")]
    [InlineData("{other, cookie_authentication_handler}")]
    [InlineData("{chttpd_auth, cookie_authentication_handler} {chttpd_auth, default_authentication_handler}")]
    public void What_means_nothing_is_refused(string text) => Assert.Null(AuthenticationHandlers.TryParse(text));
}
