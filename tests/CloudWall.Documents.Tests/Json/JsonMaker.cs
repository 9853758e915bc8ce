using System.Globalization;
using System.Text;
using CsCheck;

namespace CloudWall.Documents.Tests.Json;

/// <summary>Makes JSON texts of all kinds: white space, escapes, numbers, names that occur twice, nesting.</summary>
internal sealed class JsonMaker
{
    private static readonly string[] Numbers =
        ["0", "-0", "7", "255", "256", "-1", "65536", "2147483648", "-9223372036854775809", "123456789012345678901234567890",
            "0.0", "1.0", "1.50", "-0.25", "1e5", "1E-7", "1e+21", "0.1", "3.141592653589793238462643", "2.98023223876953125e-8",
            "5e-324", "4.9e-324", "1e-400", "12345678901234567890123456789012345e3", "1e+", "0.000001", "0.0000001", "100000000000000000000.0"];

    private static readonly string[] Pieces =
        ["a", "b", "name", " ", "é", "日本", "😀", "\\\"", "\\\\", "\\/", "\\n", "\\t", "\\b", "\\f", "\\r", "\\u0041", "\\u00e9",
            "\\u001f", "\\u0000", "\\ud83d\\uDE00", "\\u2028", "/", "\u007f", "longer text than one block of sixteen bytes "];

    private readonly Random _random;
    private readonly StringBuilder _text = new();

    private JsonMaker(int seed) => _random = new Random(seed);

    public static Gen<string> Documents { get; } = Gen.Int.Select(seed => new JsonMaker(seed).MakeDocument());

    public static Gen<string> Values { get; } = Gen.Int.Select(seed => new JsonMaker(seed).MakeValue());

    private string MakeDocument()
    {
        White();
        Object(0);
        White();
        return _text.ToString();
    }

    private string MakeValue()
    {
        Value(0);
        return _text.ToString();
    }

    private void Value(int depth)
    {
        White();
        switch (_random.Next(depth > 6 ? 5 : 9))
        {
            case 0:
                String();
                break;
            case 1 or 2:
                _text.Append(_random.Next(3) == 0
                    ? _random.Next(-300, 300).ToString(CultureInfo.InvariantCulture)
                    : Numbers[_random.Next(Numbers.Length)]);
                break;
            case 3:
                _text.Append("true");
                break;
            case 4:
                _text.Append(_random.Next(2) == 0 ? "null" : "false");
                break;
            case 5 or 6:
                Array(depth);
                break;
            default:
                Object(depth);
                break;
        }

        White();
    }

    private void Array(int depth)
    {
        _text.Append('[');
        var bytes = _random.Next(3) == 0;
        for (int i = 0, count = _random.Next(6); i < count; i++)
        {
            _text.Append(i > 0 ? "," : "");
            if (bytes)
            {
                _text.Append(_random.Next(256));
            }
            else
            {
                Value(depth + 1);
            }
        }

        White();
        _text.Append(']');
    }

    private void Object(int depth)
    {
        _text.Append('{');
        White();
        for (int i = 0, count = _random.Next(_random.Next(10) == 0 ? 40 : 6); i < count; i++)
        {
            _text.Append(i > 0 ? "," : "");
            White();
            String();
            White();
            _text.Append(':');
            Value(depth + 1);
        }

        White();
        _text.Append('}');
    }

    private void String()
    {
        _text.Append('"');
        for (int i = 0, count = _random.Next(_random.Next(8) == 0 ? 30 : 3); i < count; i++)
        {
            _text.Append(Pieces[_random.Next(Pieces.Length)]);
        }

        _text.Append('"');
    }

    private void White()
    {
        if (_random.Next(6) == 0)
        {
            _text.Append(" \t\r\n"[_random.Next(4)]);
        }
    }
}
