using System.Globalization;
using CloudWall.Server.Cors;
using CloudWall.Settings;

namespace CloudWall.Server.CommandLine;

/// <summary>What the command line asks for.</summary>
internal sealed record CommandLineOptions
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        cloudwall: a node that speaks CouchDB's protocol.

        Usage: cloudwall [options]
               cloudwall origins add ORIGIN [--port N]

          --port N       port to listen on (5984); 0 takes any free port
          --bind IP      address to listen on (127.0.0.1); "any" for all
          --data DIR     where the data is kept, made if need be; without it
                         $CLOUDWALL_DATA, else the place for your data:
                         {0}
          --config FILE  settings in CouchDB's format; they win over DIR/local.ini
          --with-jobs    start replications even if the node has crashed within
                         its first minute three times
          --health       ask the node on --port whether it is up: exit status 0 or 1
          --check        check the data of a node that is stopped: exit status 0
                         where all of it agrees, else 1 with what was found
          --help         print this
          --version      print the version

        "origins add" lets web pages of an origin, such as https://my.app, use the
        node that runs on --port, from now on. It signs in with COUCHDB_USER and
        COUCHDB_PASSWORD.

        The admin is taken from COUCHDB_USER and COUCHDB_PASSWORD, and stored
        (hashed) in DIR/local.ini; what they say wins over what is stored.
        Without them and with none stored, an admin is made and its password
        printed once.

        Examples:
          cloudwall --port 5984 --data ./data
          cloudwall --check --data ./data     with the node stopped
          cloudwall --health --port 5984      with the node running

        """;

    /// <summary><c>--port</c>.</summary>
    public int? Port { get; init; }

    /// <summary><c>--bind</c>.</summary>
    public string? Bind { get; init; }

    /// <summary><c>--data</c>.</summary>
    public string? Data { get; init; }

    /// <summary><c>--config</c>.</summary>
    public string? Config { get; init; }

    /// <summary><c>--with-jobs</c>.</summary>
    public bool WithJobs { get; init; }

    /// <summary><c>--health</c>.</summary>
    public bool Health { get; init; }

    /// <summary><c>--check</c>.</summary>
    public bool Check { get; init; }

    /// <summary><c>origins add</c>: the origin.</summary>
    public string? NewOrigin { get; init; }

    /// <summary><c>--help</c>.</summary>
    public bool Help { get; init; }

    /// <summary><c>--version</c>.</summary>
    public bool Version { get; init; }

    /// <summary>The settings among them.</summary>
    public IReadOnlyList<(string Section, string Key, string Value)> Settings
    {
        get
        {
            var settings = new List<(string, string, string)>();
            if (Port is { } port)
            {
                settings.Add(("chttpd", "port", port.ToString(CultureInfo.InvariantCulture)));
            }

            if (Bind is { } bind)
            {
                settings.Add(("chttpd", "bind_address", bind));
            }

            return settings;
        }
    }

    /// <summary>Reads the arguments: <c>--name value</c> or <c>--name=value</c>. A lone <c>--</c> is passed over.</summary>
    /// <exception cref="ConfigurationException">One is unknown, incomplete or invalid.</exception>
    public static CommandLineOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CommandLineOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            switch (name)
            {
                case "--" when equals < 0:
                    break;
                case "origins" when i == 0 && arguments.Count > 2 && arguments[1] == "add":
                    options = options with { NewOrigin = ParseOrigin(arguments[2]) };
                    i = 2;
                    break;
                case "--help" or "-h" when equals < 0:
                    options = options with { Help = true };
                    break;
                case "--with-jobs" when equals < 0:
                    options = options with { WithJobs = true };
                    break;
                case "--health" when equals < 0:
                    options = options with { Health = true };
                    break;
                case "--check" when equals < 0:
                    options = options with { Check = true };
                    break;
                case "--version" when equals < 0:
                    options = options with { Version = true };
                    break;
                case "--port":
                    options = options with { Port = ParsePort(Value()) };
                    break;
                case "--bind":
                    options = options with { Bind = Value() };
                    break;
                case "--data":
                    options = options with { Data = Value() };
                    break;
                case "--config":
                    options = options with { Config = Value() };
                    break;
                default:
                    throw new ConfigurationException($"There is no option {argument}. --help lists those there are.");
            }

            string Value()
            {
                var value = equals >= 0 ? argument[(equals + 1)..] : ++i < arguments.Count ? arguments[i] : string.Empty;
                return value.Length > 0 ? value : throw new ConfigurationException($"{name} needs a value.");
            }
        }

        return options;
    }

    private static string ParseOrigin(string text) => Origin.IsName(text)
        ? text
        : throw new ConfigurationException($"An origin is a scheme and a host, such as https://my.app, not \"{text}\".");

    private static int ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
            ? port
            : throw new ConfigurationException($"--port must be a number from 0 to 65535, not \"{text}\".");
}
