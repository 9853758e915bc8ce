namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Methods that look for one string in another, which can take as long as both lengths multiplied.</summary>
public sealed class SearchTests
{
    private readonly Scripts _scripts = new(new ScriptLimits());

    [Theory]
    [InlineData("'abcabc'.indexOf('c') + ',' + 'abcabc'.indexOf('c', 3) + ',' + 'abc'.indexOf('x') + ',' + 'undefined'.indexOf()", "\"2,5,-1,0\"")]
    [InlineData("'abcabc'.lastIndexOf('c') + ',' + 'abcabc'.lastIndexOf('c', 4)", "\"5,2\"")]
    [InlineData("['abc'.includes('b'), 'abc'.includes('b', 2), 'a1'.includes(1), 'null'.includes(null)]", "[true,false,true,true]")]
    [InlineData("'a,b,c'.split(',', 2)", "[\"a\",\"b\"]")]
    [InlineData("['ab'.split(''), 'a'.split(), 'a1b'.split(1), 'a1b22c'.split(/\\d+/)]", "[[\"a\",\"b\"],[\"a\"],[\"a\",\"b\"],[\"a\",\"b\",\"c\"]]")]
    [InlineData("['aXbX'.replace('X', '-'), 'aXbX'.replace(/X/g, '-'), 'aXb'.replace('X', function(x, at) { return at })]", "[\"a-bX\",\"a-b-\",\"a1b\"]")]
    [InlineData("['aXbX'.replaceAll('X', '-'), 'aXbX'.replaceAll(/X/g, '$&$&')]", "[\"a-b-\",\"aXXbXX\"]")]
    [InlineData("['a-b'.split({toString: function() { return '-' }}), 'abc'.indexOf({toString: function() { return 'c' }})]", "[[\"a\",\"b\"],2]")]
    [InlineData("'abc'.split({[Symbol.split]: function(text, limit) { return [text, limit, this.own] }, own: 1}, 7)", "[\"abc\",7,1]")]
    [InlineData("'abc'.replace({[Symbol.replace]: function(text, by) { return text + by }}, 7)", "\"abc7\"")]
    [InlineData("[String.prototype.indexOf.call(12321, 3), String.prototype.split.call({toString: function() { return '1-2' }}, '-')]", "[2,[\"1\",\"2\"]]")]
    [InlineData("String.prototype.indexOf.length + String.prototype.split.length + String.prototype.replace.name", "\"3replace\"")]
    public void They_do_what_the_language_says(string expression, string expected) =>
        Assert.Equal([$"0.0 {expected}:null"], Scripts.Rows(_scripts.Maps("", $"function(doc) {{ emit({expression}); }}"), """{"_id":"a"}"""));

    [Theory]
    [InlineData("text.indexOf(sought)")]
    [InlineData("text.lastIndexOf(sought)")]
    [InlineData("text.includes(sought)")]
    [InlineData("text.split(sought)")]
    [InlineData("text.replace(sought, '')")]
    [InlineData("text.replaceAll(sought, '')")]
    [InlineData("text.indexOf({toString: function() { return sought }})")]
    [InlineData("text.replace({toString: function() { return sought }}, '')")]
    [InlineData("text.split(new String(sought))")]
    [InlineData("String.prototype.indexOf.call({toString: function() { return text }}, sought)")]
    public void What_would_take_minutes_is_refused(string search)
    {
        var maps = _scripts.Maps(
            "",
            $$"""
            function(doc) {
              var n = 4e6, text = 'a'.repeat(n) + 'b'.repeat(n) + 'c'.repeat(n), sought = 'a'.repeat(0.9 * n) + 'b'.repeat(0.9 * n) + 'c';
              try { {{search}}; } catch (e) { emit(e.name); }
            }
            """);
        Assert.Equal(["0.0 \"RangeError\":null"], Scripts.Rows(maps, """{"_id":"a"}"""));
    }

    [Theory]
    [InlineData("String.prototype.includes.call(null, 'a')")]
    [InlineData("String.prototype.split.call(undefined, 'a')")]
    [InlineData("'a'.includes(/a/)")]
    [InlineData("'a'.replaceAll(/a/, '')")]
    [InlineData("'a'.indexOf(Symbol())")]
    public void Errors_are_those_of_the_language(string expression) => Assert.Equal(
        ["0.0 \"TypeError\":null"],
        Scripts.Rows(_scripts.Maps("", $"function(doc) {{ try {{ emit({expression}); }} catch (e) {{ emit(e.name); }} }}"), """{"_id":"a"}"""));
}
