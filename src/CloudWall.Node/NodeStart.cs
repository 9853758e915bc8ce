using CloudWall.Node.Configuration;
using CloudWall.Node.Disk;
using CloudWall.Settings;

namespace CloudWall.Node;

/// <summary>
/// The first step of a start: takes the data directory into use and reads the settings, but changes nothing. A host with settings of its
/// own (<see cref="NodeOptions.HostSettings"/>) reads them from <see cref="Source"/> now, so that invalid ones are reported before
/// anything is opened. <see cref="LocalNode.OpenAsync(NodeStart, CancellationToken)"/> is the second step.
/// </summary>
public sealed class NodeStart : IDisposable
{
    private NodeStart(NodeOptions options, DataDirectory? directory, SettingsStore source)
    {
        Options = options;
        Directory = directory;
        Source = source;
        Settings = NodeSettings.From(source);
    }

    /// <summary>The options that the node is started with.</summary>
    public NodeOptions Options { get; }

    /// <summary>The settings from files and the command line.</summary>
    public SettingsStore Source { get; }

    /// <summary>The node's settings.</summary>
    public NodeSettings Settings { get; }

    /// <summary>The data directory; null where there is none, or where a node owns it.</summary>
    internal DataDirectory? Directory { get; private set; }

    /// <summary>Takes the data directory into use and reads the settings.</summary>
    /// <exception cref="ConfigurationException">The node cannot start; the message says why.</exception>
    public static NodeStart Begin(NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var directory = options.DataDirectory is { } path ? DataDirectory.Open(path) : null;
        try
        {
            return new NodeStart(options, directory, ReadSettings(options, directory));
        }
        catch
        {
            directory?.Dispose();
            throw;
        }
    }

    /// <summary>Releases the directory, unless a node owns it.</summary>
    public void Dispose() => Directory?.Dispose();

    /// <summary>Transfers the ownership of the directory to the node.</summary>
    internal void TransferDirectory() => Directory = null;

    private static SettingsStore ReadSettings(NodeOptions options, DataDirectory? directory)
    {
        var settings = new SettingsStore(
            [.. NodeSettings.All, .. options.HostSettings],
            directory is null ? null : (section, key, value) => IniFile.Save(directory.LocalIni, section, key, value));
        if (directory is not null)
        {
            settings.AddFile(directory.LocalIni, mustBeWhole: true, isOwn: true);
        }

        if (options.ConfigurationFile is { } file)
        {
            settings.AddFile(file);
        }

        settings.Add(options.Settings, "the command line");
        return settings;
    }
}
