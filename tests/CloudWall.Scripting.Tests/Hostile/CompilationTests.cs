namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Text that becomes code while a function runs, and numbers of any length, which no limit could hold.</summary>
public sealed class CompilationTests
{
    private readonly Scripts _scripts = new(new ScriptLimits());

    [Theory]
    [InlineData("typeof BigInt", "\"undefined\"")]
    [InlineData("eval('1 + 1')", "2")]
    [InlineData("eval(7)", "7")]
    [InlineData("eval()", "null")]
    [InlineData("eval('\"an, then: 2n\"')", "\"an, then: 2n\"")]
    [InlineData("new Function('a', 'b', 'return a + b')(1, 2)", "3")]
    [InlineData("Function('a, b', 'return a * b')(2, 4)", "8")]
    [InlineData("typeof Function()", "\"function\"")]
    [InlineData("Function.prototype.constructor === Function", "true")]
    [InlineData("(function() {}).constructor === Function", "true")]
    [InlineData("(function() {}) instanceof Function && Function instanceof Function", "true")]
    [InlineData("Function.name + Function.length", "\"Function1\"")]
    [InlineData("new Function({toString: function() { return 'return 5' }})()", "5")]
    public void Text_may_become_code(string expression, string expected) =>
        Assert.Equal([$"0.0 {expected}:null"], Scripts.Rows(_scripts.Maps("", $"function(doc) {{ emit({expression}); }}"), """{"_id":"a"}"""));

    [Theory]
    [InlineData("eval('2' + 'n')", "SyntaxError")]
    [InlineData("eval('0x1f' + 'n')", "SyntaxError")]
    [InlineData("eval('1_0' + 'n')", "SyntaxError")]
    [InlineData("eval('eval(\"2\" + \"n\")')", "SyntaxError")]
    [InlineData("Function('return 2' + 'n')()", "SyntaxError")]
    [InlineData("new Function('a = 2' + 'n', 'return a')()", "SyntaxError")]
    [InlineData("(function() {}).constructor('return 2' + 'n')()", "SyntaxError")]
    [InlineData("Function('/' + '*', '*' + '/){ return 2' + 'n')()", "SyntaxError")]
    [InlineData("var t = ['return 1', 'return 2' + 'n']; Function({toString: function() { return t.pop() }})()", "SyntaxError")]
    [InlineData("(function*() {}).constructor('yield 2' + 'n')().next()", "TypeError")]
    [InlineData("(async function() {}).constructor('return 2' + 'n')()", "TypeError")]
    [InlineData("Object.getPrototypeOf((function*() {}).constructor)('return 2' + 'n')()", "TypeError")]
    [InlineData("eval({toString: function() { return '2' + 'n' }}) * 1; (function*() {}).constructor('yield 1')", "TypeError")]
    public void Text_with_such_numbers_may_not(string statements, string error) =>
        Assert.Equal(
            [$"0.0 \"{error}\":null"],
            Scripts.Rows(_scripts.Maps("", $"function(doc) {{ try {{ {statements}; emit('none'); }} catch (e) {{ emit(e.name); }} }}"), """{"_id":"a"}"""));

    [Theory]
    [InlineData("function() { var b = 2n; for (;;) b = b * b; }")]
    [InlineData("function() { return 0xffn ** 100000000n; }")]
    public void A_function_with_such_numbers_is_not_compiled(string function)
    {
        var thrown = Assert.Throws<ScriptException>(() => Scripts.Rows(_scripts.Maps("", function), """{"_id":"a"}"""));
        Assert.Equal("compilation_error", thrown.Error);
    }
}
