using CloudWall.Node;
using CloudWall.Server.Endpoints.Attachments;
using CloudWall.Server.Endpoints.Bulk;
using CloudWall.Server.Endpoints.Changes;
using CloudWall.Server.Endpoints.Couchapps;
using CloudWall.Server.Endpoints.Databases;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Endpoints.Listings;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Endpoints.Mango;
using CloudWall.Server.Endpoints.Purge;
using CloudWall.Server.Endpoints.Replication;
using CloudWall.Server.Endpoints.Server;
using CloudWall.Server.Endpoints.Views;
using CloudWall.Server.Http;
using static CloudWall.Access.Audience;
using static CloudWall.Server.Http.MethodHandler;

namespace CloudWall.Server;

/// <summary>
/// The table of contents: every path, whom it answers, which methods CouchDB names when another is tried, and what answers.
/// Patterns are explained at <see cref="RouteTable"/>. Where rows overlap, the one with more literal segments wins, so their
/// order is the reader's. Each endpoint is made once, and given what it uses.
/// </summary>
/// <param name="node">The node, whose parts are handed to those that use them.</param>
/// <param name="longestWait"><c>[chttpd] changes_timeout</c>.</param>
/// <param name="metrics">What is counted of requests.</param>
/// <param name="feeds">The feeds that are open.</param>
/// <param name="failures">Says what clients are told of failures.</param>
internal sealed class Routes(LocalNode node, Func<TimeSpan> longestWait, RequestMetrics metrics, FeedPlaces feeds, Failures failures)
{
    private const string DocumentMethods = "DELETE,GET,HEAD,POST,PUT,COPY";

    private const string AttachmentMethods = "DELETE,GET,HEAD,PUT";

    private static readonly MethodHandler[] Attachment =
    [
        Get(AttachmentContent.Show),
        Put(AttachmentUpdate.Put),
        Delete(AttachmentUpdate.Delete),
    ];

    private readonly Welcome _welcome = new(node.Identity);
    private readonly Up _up = new(node.Disk, node.HeldReplications, node.Stopping);
    private readonly Browser _browser = new(node.Time);
    private readonly Uuids _uuids = new(node.Uuids);
    private readonly Session _session = new(node.Authentication, node.Sessions);
    private readonly AllDatabases _allDatabases = new(node.Databases);
    private readonly Tasks _tasks = new(node.Identity, node.Databases, node.Indexes, node.Replications, new(node.LocalUrl));
    private readonly Replicate _replicate = new(node.Replications, () => node.Settings.Replication.Defaults);
    private readonly SchedulerJobs _schedulerJobs = new(node.Identity, node.Replications, node.HeldReplications, new(node.LocalUrl));
    private readonly SchedulerDocuments _schedulerDocuments = new(
        node.Identity, node.Databases, node.Replicators, () => node.Settings.Replication.Defaults, new(node.LocalUrl), node.Time);

    private readonly Cluster _cluster = new(node.Identity);
    private readonly ClusterSetup _clusterSetup = new(node.Databases, node.Configuration, node.Settings.SingleNode);
    private readonly ConfigurationValues _configuration = new(node.Identity, node.Configuration);
    private readonly NodeStatistics _statistics = new(
        node.Identity, node.Databases, node.ViewMetrics, node.Passwords, metrics, feeds, node.Time, node.StartedAt);

    private readonly Lifetime _lifetime = new(node.Databases, node.Views, node.Designs);
    private readonly Maintenance _maintenance = new(node.Log);
    private readonly Shards _shards = new(node.Identity);
    private readonly ViewInformation _viewInformation = new(node.Views);
    private readonly ViewMaintenance _viewMaintenance = new(node.Views);
    private readonly DatabaseUpdatesFeed _databaseUpdates = new(
        node.Databases, new FeedHost(feeds, node.Time, longestWait, node.Stopping));

    private readonly DatabaseChanges _databaseChanges = new(
        new FeedHost(feeds, node.Time, longestWait, node.Stopping), new(node.Scripts, new(node.Uuids)));

    private readonly DocumentUpdate _documentUpdate = new(node.Uuids, new(node.Log));
    private readonly BulkDocuments _bulkDocuments = new(metrics, node.Uuids, failures);
    private readonly BulkGet _bulkGet = new(metrics);
    private readonly View _view = new(node.Views, node.Scripts.Runner, node.Time, metrics);
    private readonly Show _show = new(node.Designs, new(node.Uuids));
    private readonly List _list = new(node.Designs, new(node.Uuids), node.Views, new(node.Views, node.Scripts.Runner, node.Time, metrics));
    private readonly Update _update = new(node.Designs, new(node.Uuids));
    private readonly Rewrite _rewrite = new(node.Designs, new(node.Uuids));
    private readonly Purge _purge = new(metrics);
    private readonly Find _find = new(node.Views.QueryIndexes, node.Views, node.Time);
    private readonly Endpoints.Mango.Indexes _indexes = new(node.Views.QueryIndexes);

    private MethodHandler[] Document =>
    [
        Put(_documentUpdate.Put),
        Delete(DocumentUpdate.Delete),
        Copy(DocumentCopy.Copy),
        Post(DocumentForm.Post),
    ];

    /// <summary>The table.</summary>
    public RouteTable Create() => new()
    {
        // Server
        { "/", Anyone, "GET,HEAD", Get(_welcome.Show) },
        { "/_up/**", Anyone, "GET,HEAD", Get(_up.Show) },
        { "/favicon.ico/**", Anyone, "GET,HEAD", Get(_browser.Favicon) },
        { "/_utils/**", Anyone, "GET,HEAD", Get(Browser.Utils) },
        { "/_uuids/**", Anyone, "GET", Get(_uuids.List) },
        { "/_session", Anyone, "GET,HEAD,POST,DELETE", Get(_session.Show), Post(_session.Begin), Delete(_session.End) },
        { "/_session/**", Admins, "GET,HEAD,DELETE", Get(_session.Show), Delete(_session.End) },
        { "/_all_dbs/**", DatabaseLists, "GET,HEAD", Get(_allDatabases.List) },
        { "/_dbs_info/**", DatabaseLists, "GET,HEAD,POST", Get(_allDatabases.ListInfo), Query(_allDatabases.FetchInfo) },
        { "/_db_updates", Admins, "GET", Get(_databaseUpdates.Show) },
        { "/_active_tasks/**", Anyone, "GET,HEAD", Get(_tasks.List) },
        { "/_replicate", Users, "POST", AnyChange(_replicate.Post) },
        { "/_scheduler/jobs", Admins, "GET,HEAD", Get(_schedulerJobs.List) },
        { "/_scheduler/jobs/{id}", Admins, "GET,HEAD", Get(_schedulerJobs.Show) },
        { "/_scheduler/docs/**", Admins, "GET,HEAD", Get(_schedulerDocuments.Show) },
        { "/_scheduler/**", Admins, "GET,HEAD", Any(SchedulerJobs.Unknown) },
        { "/_membership/**", Admins, "GET", Get(_cluster.Members) },
        { "/_cluster_setup/**", Admins, "GET,POST", Get(_clusterSetup.Show), Post(_clusterSetup.Act) },
        { "/_node", Admins, "GET", Any(Cluster.Incomplete) },
        { "/_node/{node}", Admins, "GET", Get(_cluster.ShowNode) },
        { "/_node/{node}/_config", Admins, "GET", Get(_configuration.ShowAll) },
        { "/_node/{node}/_config/_reload", Admins, "POST", Post(_configuration.Reload) },
        { "/_node/{node}/_config/{section}", Admins, "GET", Get(_configuration.ShowSection) },
        {
            "/_node/{node}/_config/{section}/{key}", Admins, "GET,PUT,DELETE",
            Get(_configuration.ShowValue), Put(_configuration.Set), Delete(_configuration.Remove)
        },
        { "/_node/{node}/_versions", Admins, "GET", Get(_cluster.Versions) },
        { "/_node/{node}/_stats/**", Metrics, "GET", Get(_statistics.Show) },
        { "/_node/{node}/_system/**", Metrics, "GET", Get(_statistics.ShowSystem) },
        { "/_node/{node}/_prometheus/**", Metrics, "GET", Get(_statistics.ShowPrometheus) },
        { "/_reshard", Admins, "GET", Get(Resharding.Show) },
        { "/_reshard/state/**", Admins, "GET,PUT", Get(Resharding.ShowState), Put(Resharding.Refuse) },
        { "/_reshard/jobs", Admins, "GET,POST", Get(Resharding.ListJobs), Post(Resharding.Refuse) },
        { "/_reshard/**", Admins, "GET", Any(Resharding.Unknown) },
        { "/_node/{node}/**", Admins, "GET", Any(_cluster.Unknown) },

        // Databases. Creating and deleting look the name up themselves, so they come before it must exist.
        { "/{db}", Members, "DELETE,GET,HEAD,POST", Get(Information.Show), Post(_documentUpdate.Post) },
        { "PUT /{db}", Anyone, "PUT", Put(_lifetime.Create) },
        { "DELETE /{db}", Anyone, "DELETE", Delete(_lifetime.Delete) },
        { "/{db}/_security", Members, "PUT,GET", Get(Security.Show) },
        { "PUT /{db}/_security", DatabaseAdmins, "PUT,GET", Put(Security.Set) },
        { "/{db}/_revs_limit", Members, "PUT,GET", Get(Limits.ShowRevs) },
        { "PUT /{db}/_revs_limit", DatabaseAdmins, "PUT,GET", Put(Limits.SetRevs) },
        { "/{db}/_purged_infos_limit", DatabaseOwners, "GET,PUT", Get(Limits.ShowPurgedInfos), Put(Limits.SetPurgedInfos) },
        { "/{db}/_ensure_full_commit", Members, "POST", Post(Maintenance.EnsureFullCommit) },
        { "/{db}/_compact", DatabaseKeepers, "POST", Post(_maintenance.Compact) },
        { "/{db}/_compact/{ddoc}/**", DatabaseKeepers, "POST", Post(_viewMaintenance.Compact) },
        { "/{db}/_view_cleanup/**", DatabaseKeepers, "POST", Post(_viewMaintenance.Clean) },
        { "/{db}/_nouveau_cleanup/**", Members, "POST", Post(Maintenance.Nothing) },
        { "/{db}/_search_cleanup/**", Members, "POST", Post(Maintenance.NoSearch) },
        { "/{db}/_partition", Members, "GET", Any(Partitions.Refuse) },
        { "/{db}/_partition/{partition}", Members, "GET", Get(Partitions.Show) },
        { "/{db}/_partition/{partition}/**", Members, "GET,HEAD,POST", Any(Partitions.GoOn) },
        { "/{db}/_design/{ddoc}/_search/**", Members, "GET,POST", Any(Maintenance.NoSearch) },
        { "/{db}/_design/{ddoc}/_search_info/**", Members, "GET", Any(Maintenance.NoSearch) },
        { "/{db}/_design/{ddoc}/_search_disk_size/**", Members, "GET", Any(Maintenance.NoSearch) },
        { "/{db}/_design/{ddoc}/_nouveau/**", Members, "GET,POST", Any(Maintenance.NoNouveau) },
        { "/{db}/_design/{ddoc}/_nouveau_info/**", Members, "GET", Any(Maintenance.NoNouveau) },
        { "/{db}/_sync_shards/**", DatabaseOwners, "POST", Post(Maintenance.Nothing) },
        { "/{db}/_shards", Members, "GET", Get(_shards.List) },
        { "/{db}/_shards/{docid}", Members, "GET", Get(_shards.Find) },
        { "GET /{db}/_design%2F{name}/**", Members, "GET", Get(DesignPath.Redirect) },
        { "/{db}/_temp_view/**", Members, "GET,POST", Any(Maintenance.NoTemporaryViews) },

        // Many documents at once
        { "/{db}/_bulk_docs", Members, "POST", Post(_bulkDocuments.Post) },
        { "/{db}/_bulk_get", Members, "POST", Query(_bulkGet.Post) },
        { "/{db}/_revs_diff", Members, "POST", Query(RevisionsDifference.Difference) },
        { "/{db}/_missing_revs", Members, "POST", Query(RevisionsDifference.Missing) },

        // Documents
        { "/{db}/{docid}", Members, DocumentMethods, [.. Document, Get(DocumentResource.Show)] },
        { "/{db}/_design/{name}", Members, DocumentMethods, [.. Document, Get(DocumentResource.Show)] },
        { "/{db}/_local/{name}", Members, DocumentMethods, [.. Document, Get(DocumentResource.Show)] },
        { "/{db}/_local", Members, "", Any(LocalDocumentResource.RefuseWithoutName) },
        { "/{db}/{docid}/{name}/**", Members, AttachmentMethods, Attachment },
        { "/{db}/_design/{name}/{attname}/**", Members, AttachmentMethods, Attachment },
        { "/{db}/_design/{ddoc}/_{action}/**", Members, AttachmentMethods, Attachment },
        { "/{db}/_local/{name}/**", Members, "", Any(LocalDocumentResource.RefuseAttachment) },

        // Listings
        { "/{db}/_all_docs", Members, "GET,HEAD,POST", Get(AllDocs.Show), Query(AllDocs.Query) },
        { "/{db}/_all_docs/queries", Members, "POST", Query(AllDocs.QueryMany) },
        { "/{db}/_design_docs", Members, "GET,HEAD,POST", Get(DesignDocs.Show), Query(DesignDocs.Query) },
        { "/{db}/_design_docs/queries", Members, "POST", Query(DesignDocs.QueryMany) },
        { "/{db}/_local_docs", Members, "GET,HEAD,POST", Get(LocalDocs.Show), Query(LocalDocs.Query) },
        { "/{db}/_local_docs/queries", Members, "POST", Query(LocalDocs.QueryMany) },

        // Views
        { "/{db}/_design/{ddoc}/_view", Members, "GET,POST,HEAD", Any(View.Refuse) },
        { "/{db}/_design/{ddoc}/_view/{view}", Members, "GET,POST,HEAD", Get(_view.Show), Query(_view.Query) },
        { "/{db}/_design/{ddoc}/_view/{view}/queries", Members, "POST", Query(_view.QueryMany) },
        { "/{db}/_design/{ddoc}/_view/{view}/{more}/**", Members, "GET,POST,HEAD", Any(View.Refuse) },
        { "/{db}/_design/{ddoc}/_info", Members, "GET", Get(_viewInformation.Show) },
        { "/{db}/_design/{ddoc}/_info/{more}/**", Members, "GET", Get(ViewInformation.Refuse) },

        // Mango
        { "/{db}/_find", Members, "POST", Query(_find.Query) },
        { "/{db}/_explain", Members, "POST", Query(_find.Explain) },
        { "/{db}/_index", Members, "GET,POST", Get(_indexes.List), Post(Endpoints.Mango.Indexes.Create) },
        { "/{db}/_index/_bulk_delete", Members, "POST", Post(_indexes.DeleteMany) },
        { "/{db}/_index/{design}/{type}/{name}", Members, "DELETE", Delete(_indexes.Delete) },
        { "/{db}/_index/_design/{design}/{type}/{name}", Members, "DELETE", Delete(_indexes.Delete) },
        { "/{db}/_index/**", Members, "GET,POST", Any(Endpoints.Mango.Indexes.Unknown) },

        // Couchapps
        { "/{db}/_design/{ddoc}/_show/**", Members, "GET,HEAD,POST", Any(_show.Run) },
        { "/{db}/_design/{ddoc}/_list/**", Members, "GET,POST,HEAD", Get(_list.Show), Options(_list.Show), Query(_list.Query) },
        { "/{db}/_design/{ddoc}/_update/**", Members, "POST,PUT,DELETE", AnyChange(_update.Run) },
        { "/{db}/_design/{ddoc}/_rewrite/**", Members, "GET,HEAD,POST,PUT,DELETE", Any(_rewrite.Run) },

        // Changes
        { "/{db}/_changes/**", Members, "GET,POST,HEAD", Get(_databaseChanges.Show), Query(_databaseChanges.Query) },

        // Purge
        { "/{db}/_purge", DatabaseOwners, "POST", Post(_purge.Apply) },
        { "/{db}/_purged_infos", Members, "GET", Get(PurgedInfos.Show) },
    };
}
