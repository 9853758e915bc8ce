using System.Globalization;
using CloudWall.Documents.Checking;
using CloudWall.Documents.Databases;
using CloudWall.Node.Configuration;
using CloudWall.Node.Disk;
using CloudWall.Server.Configuration;
using CloudWall.Server.Cors;
using CloudWall.Server.Http;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Server.CommandLine;

/// <summary>
/// What <c>--check</c> does: says whether the data of a stopped node is all there and agrees with itself. It changes nothing.
/// </summary>
internal static class DataCheck
{
    /// <summary>Checks a data directory, and prints a line for each finding.</summary>
    /// <returns>Whether there were none.</returns>
    /// <exception cref="ConfigurationException">There is no data, it is in use, or it cannot be opened.</exception>
    public static async Task<bool> RunAsync(string directory, TextWriter output)
    {
        using var data = DataDirectory.OpenToCheck(directory);
        var findings = 0;
        int databases;
        foreach (var fault in FaultsOf(data.LocalIni))
        {
            Print(new Finding(null, fault));
        }

        try
        {
            using var storage = StorageEngine.OpenReadOnly(
                StorageEngine.Default,
                new StorageOptions { Directory = data.Store, DerivedDirectory = data.Indexes, MarkFile = data.Synced });
            if (storage.Loss is { } loss)
            {
                Print(new Finding(null, $"writes may be missing: {loss.Explanation}"));
            }

            var names = DatabaseCatalogue.ReadNames(storage.Main);
            foreach (var table in storage.DamagedTables)
            {
                Print(new Finding(null, DamageReport.Of(table, names)));
            }

            databases = StoreCheck.Run(storage.Main, uploads: true, Print);
            foreach (var damage in storage.FindDamageInDerived())
            {
                Print(new Finding(null, $"the indexes are damaged ({damage}). The directory {data.Indexes} may be deleted: they are made anew"));
            }
        }
        catch (StorageException e)
        {
            throw new ConfigurationException($"The databases in {data.Store} cannot be opened: {e.Message}", e);
        }

        await output.WriteLineAsync(findings == 0
            ? $"{directory}: {databases} databases, all agree."
            : $"{directory}: {databases} databases, {findings} findings.");
        return findings == 0;

        void Print(Finding finding)
        {
            findings++;
            output.WriteLine(finding);
        }
    }

    /// <summary>What is wrong with the settings that the node keeps, its id and its passwords among them.</summary>
    private static IReadOnlyList<string> FaultsOf(string file)
    {
        if (!File.Exists(file))
        {
            return [$"{file} is missing, with the node's id and its passwords"];
        }

        var lines = IniFile.FindFaults(File.ReadAllText(file)).Select(line => string.Create(
            CultureInfo.InvariantCulture, $"{file}: line {line} is no setting, or the file is damaged there")).ToList();
        return lines.Count > 0 ? lines : FaultsOfValues(file);
    }

    /// <summary>What the node would refuse, or miss, at its start.</summary>
    private static IReadOnlyList<string> FaultsOfValues(string file)
    {
        try
        {
            var settings = new SettingsStore([.. NodeSettings.All, .. HttpSettings.All], save: null);
            settings.AddFile(file, mustBeWhole: true);
            NodeSettings.From(settings);
            HttpSettings.From(settings);
            _ = new CorsPolicy(settings);
            _ = new VirtualHosts(settings);
            return LocalSettings.HasId(settings) ? [] : [$"{file} has no node id: its content was lost, with the admins and their passwords"];
        }
        catch (ConfigurationException refusal)
        {
            return [refusal.Message];
        }
    }
}
