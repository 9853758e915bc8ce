using CloudWall.Node.Configuration;
using CloudWall.Node.Disk;
using CloudWall.Settings;

namespace CloudWall.Node;

/// <summary>
/// The first step of a start: the data directory is in use, the settings have been read, and nothing has been changed. Whoever has settings
/// of its own (<see cref="NodeOptions.HostSettings"/>) reads them here from <see cref="Source"/>, so that one that is wrong is told before
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

    /// <summary>What the node is started with.</summary>
    public NodeOptions Options { get; }

    /// <summary>The settings as they stand in files and on the command line.</summary>
    public SettingsStore Source { get; }

    /// <summary>The node's settings.</summary>
    public NodeSettings Settings { get; }

    /// <summary>The data directory; null for none, or when the node has it.</summary>
    internal DataDirectory? Directory { get; private set; }

    /// <summary>Takes the data directory into use, and reads the settings.</summary>
    /// <exception cref="ConfigurationException">The node cannot start so; the message says why.</exception>
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

    /// <summary>Leaves the directory to others, unless a node has it.</summary>
    public void Dispose() => Directory?.Dispose();

    /// <summary>The directory is the node's now, which leaves it to others when it ends.</summary>
    internal void HandDirectoryOver() => Directory = null;

    private static SettingsStore ReadSettings(NodeOptions options, DataDirectory? directory)
    {
        var settings = new SettingsStore(
            [.. NodeSettings.All, .. options.HostSettings],
            directory is null ? null : (section, key, value) => IniFile.Save(directory.LocalIni, section, key, value));
        if (directory is not null && File.Exists(directory.LocalIni))
        {
            settings.AddFile(directory.LocalIni, mustBeWhole: true);
        }

        if (options.ConfigurationFile is { } file)
        {
            settings.AddFile(file);
        }

        settings.Add(options.Settings, "the command line");
        return settings;
    }
}
