// Makes a small store with a build of CloudWall, through its command line and HTTP alone, and says what is in it.
//   node make.mjs CLOUDWALL_DLL NAME   writes NAME.tar.gz: data/ (the data directory) and seen.json (what the node answered before it ended)
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [dll, name] = process.argv.slice(2);
const root = mkdtempSync(join(tmpdir(), 'cloudwall-store-'));
const data = join(root, 'data');
const settings = join(root, 'node.ini');
writeFileSync(settings, '[chttpd_auth]\niterations = 10\n[replicator]\ncheckpoint_interval = 1000\n');
let base;
let child;

async function start() {
  child = spawn('dotnet', [dll, '--port', '0', '--data', data, '--config', settings], {
    env: { ...process.env, COUCHDB_USER: 'admin', COUCHDB_PASSWORD: 'pass' }, stdio: ['ignore', 'pipe', 'inherit'] });
  base = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', bytes => {
      said += bytes;
      const found = /listening on (\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    child.on('exit', code => reject(new Error(`the node ended with ${code}`)));
  });
}

function stop() {
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGTERM');
  return ended;
}

async function ask(method, path, body, type = 'application/json') {
  const answer = await fetch(`${base}/${path}`, {
    method,
    headers: { authorization: 'Basic ' + btoa('admin:pass'), accept: 'application/json', 'content-type': type },
    body: body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

async function until(what, holds) {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

const hex = (seed, length) => Array.from({ length }, (_, i) => ((seed * 31 + i * 7 + i * i) % 16).toString(16)).join('');
const tokens = {};

process.on('exit', () => child?.kill());
await start();
await ask('PUT', 'notes');
await ask('PUT', 'notes/_revs_limit', '20');
await ask('PUT', 'notes/_security', { admins: { names: ['jan'], roles: [] }, members: { names: [], roles: ['readers'] } });
await ask('PUT', 'notes/_design/by', {
  views: {
    tag: { map: 'function (doc) { (doc.tags || []).forEach(function (tag) { emit(tag, doc.n); }); }', reduce: '_stats' },
    n: { map: 'function (doc) { if (doc.n !== undefined) emit([doc.n % 3, doc.n], doc._id); }', reduce: '_count' } },
  validate_doc_update: 'function (doc) { if (doc.n === "forbidden") throw { forbidden: "no such number" }; }' });
await ask('POST', 'notes/_bulk_docs', {
  docs: Array.from({ length: 40 }, (_, n) => ({ _id: `note-${String(n).padStart(2, '0')}`, n, tags: [['red', 'green', 'blue'][n % 3], n % 2 ? 'odd' : 'even'] })) });

// A history that is longer than the limit, and one that is longer than what lies in a record.
await ask('PUT', 'long');
let rev = (await ask('PUT', 'long/edited', { n: 0 })).rev;
for (let n = 1; n < 120; n++) rev = (await ask('PUT', `long/edited?rev=${rev}`, { n })).rev;
rev = (await ask('PUT', 'notes/edited', { n: 100 })).rev;
for (let n = 1; n < 45; n++) rev = (await ask('PUT', `notes/edited?rev=${rev}`, { n: 100 + n })).rev;

// Conflicts, one of them deleted.
await ask('POST', 'notes/_bulk_docs', {
  new_edits: false,
  docs: [1, 2, 3].map(seed => ({
    _id: 'conflicted', _rev: `3-${hex(seed, 32)}`, seed, _deleted: seed === 3 || undefined,
    _revisions: { start: 3, ids: [hex(seed, 32), hex(seed + 10, 32), hex(0, 32)] } })) });

// Deletions, with and without a body.
for (const id of ['note-00', 'note-01']) {
  const found = await ask('GET', `notes/${id}`);
  await ask('DELETE', `notes/${id}?rev=${found._rev}`);
}
const last = await ask('GET', 'notes/note-02');
await ask('PUT', 'notes/note-02', { _rev: last._rev, _deleted: true, why: 'kept with the deletion' });

// Attachments: text that is stored compressed, bytes that are not, one content twice, one without a byte.
const text = 'All that is gold does not glitter. '.repeat(40);
await ask('PUT', 'notes/attached', {
  n: 7, _attachments: {
    'a.txt': { content_type: 'text/plain', data: btoa(text) },
    'copy.txt': { content_type: 'text/plain', data: btoa(text) },
    'none': { content_type: 'application/octet-stream', data: '' } } });
const bytes = new Uint8Array(20_000).map((_, i) => (i * i * 31 + i * 17) >> 3);
const attached = await ask('GET', 'notes/attached');
await ask('PUT', `notes/attached/bytes?rev=${attached._rev}`, bytes, 'image/png');

// Local documents and a purge.
await ask('PUT', 'notes/_local/mine', { colour: 'red' });
const purged = await ask('PUT', 'notes/purged', { n: 1 });
await ask('POST', 'notes/_purge', { purged: [purged.rev] });

// A database that had the name before.
await ask('PUT', 'again');
await ask('PUT', 'again/one', { n: 1 });
tokens.elsewhere = (await ask('GET', 'again/_changes')).last_seq;
await ask('DELETE', 'again');
await ask('PUT', 'again?partitioned=true');
await ask('PUT', 'again/part:two', { n: 2 });

// Once, and on and on. What has run is recorded on both sides.
await ask('PUT', '_replicator');
await ask('POST', '_replicate', { source: 'notes', target: 'once', create_target: true });
await ask('PUT', '_replicator/on-and-on', { source: 'notes', target: 'copy', create_target: true, continuous: true });
await until('the copy', async () => (await ask('GET', '_scheduler/docs/_replicator/on-and-on')).info?.docs_written > 0);

// Part of it in tables, part of it in the log alone.
await ask('GET', 'notes/_design/by/_view/tag');
await ask('POST', 'notes/_compact', {});
await until('the end of compaction', async () => !(await ask('GET', 'notes')).compact_running);
await ask('POST', 'notes/_bulk_docs', { docs: [{ _id: 'late', n: 3, tags: ['red'] }, { _id: 'later', n: 4, tags: ['green'] }] });
await until('the late ones', async () => {
  const { last_seq, results } = await ask('GET', 'notes/_changes?since=0');
  const local = await ask('GET', 'notes/_local_docs?include_docs=true');
  const number = sequence => Number(String(sequence).split('-')[0]);
  return results.length && local.rows.some(row => number(row.doc.source_last_seq) === number(last_seq) && row.doc.history[0].docs_written > 2);
});

const seen = { databases: {}, tokens };
for (const database of await ask('GET', '_all_dbs')) {
  const info = await ask('GET', database);
  const rows = (await ask('GET', `${database}/_changes?style=all_docs`)).results;
  seen.databases[database] = {
    doc_count: info.doc_count, doc_del_count: info.doc_del_count, update_seq: info.update_seq, purge_seq: info.purge_seq,
    instance_start_time: info.instance_start_time, partitioned: info.props.partitioned ?? false,
    security: await ask('GET', `${database}/_security`), revs_limit: await ask('GET', `${database}/_revs_limit`),
    changes: rows, local: (await ask('GET', `${database}/_local_docs?include_docs=true`)).rows.map(row => row.doc),
    documents: [] };
  for (const row of rows) {
    for (const { rev: leaf } of row.changes) {
      seen.databases[database].documents.push(await ask('GET', `${database}/${row.id}?rev=${leaf}&revs=true&attachments=true`));
    }
  }
}
seen.views = {
  tag: await ask('GET', 'notes/_design/by/_view/tag?reduce=false'),
  tags: await ask('GET', 'notes/_design/by/_view/tag?group=true'),
  n: await ask('GET', 'notes/_design/by/_view/n?group_level=1') };
seen.signature = (await ask('GET', 'notes/_design/by/_info')).view_index.signature;
seen.replication = (await ask('GET', '_scheduler/docs/_replicator/on-and-on')).id;
await stop();
writeFileSync(join(root, 'seen.json'), JSON.stringify(seen, null, 1) + '\n');
execFileSync('tar', ['--owner=0', '--group=0', '--sort=name', '-czf', join(here, `${name}.tar.gz`), '-C', root, 'data', 'seen.json']);
rmSync(root, { recursive: true });
