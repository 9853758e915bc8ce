// What clients send of Mango: nano, the Cloudant SDK (whose requests are made by hand), and Obsidian LiveSync, which pulls by selector.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import { startNode } from '../lib/node.mjs';
import { localDatabase, remoteDatabase } from '../lib/pouch.mjs';
import { until } from '../lib/wait.mjs';

const nano = createRequire(import.meta.url)('nano');
const NO_INDEX = 'No matching index found, create an index to optimize query time.';
const NO_LEAVES = { type: { $ne: 'leaf' } };

it('mango', { timeout: 600_000 }, async t => {
  const node = await startNode(work => t.after(work), '[couchdb]\nmax_document_size = 60000000\n');
  const couch = nano(node.url);
  const nameOf = name => new URL(node.database(name)).pathname.slice(1);
  const post = async (path, body, method = 'POST') => {
    const url = new URL(node.url);
    const answer = await fetch(`${url.origin}/${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: 'Basic ' + btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`),
      },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, ...(await answer.json()) };
  };

  await t.test('nano: createIndex, find, selector feeds', async () => {
    const name = nameOf('mango_nano');
    await couch.db.create(name);
    const db = couch.use(name);
    await db.bulk({ docs: Array.from({ length: 30 }, (_, i) => ({ _id: `d${String(i).padStart(2, '0')}`, n: i, even: i % 2 === 0 })) });
    assert.equal((await db.createIndex({ index: { fields: ['n'] }, ddoc: 'by-n', name: 'n', type: 'json' })).result, 'created');
    assert.equal((await db.createIndex({ index: { fields: ['n'] }, ddoc: 'by-n', name: 'n', type: 'json' })).result, 'exists');
    const found = await db.find({ selector: { n: { $gt: 26 } }, fields: ['_id'], execution_stats: true });
    assert.deepEqual(found.docs, [{ _id: 'd27' }, { _id: 'd28' }, { _id: 'd29' }]);
    assert.equal(found.warning, undefined);
    assert.equal(found.execution_stats.results_returned, 3);
    const first = await db.find({ selector: { even: true }, limit: 10 });
    const second = await db.find({ selector: { even: true }, limit: 10, bookmark: first.bookmark });
    assert.equal(first.warning.split('\n')[0], NO_INDEX);
    assert.equal(new Set([...first.docs, ...second.docs].map(doc => doc._id)).size, 15);
    const changes = await post(`${name}/_changes?filter=_selector&seq_interval=10&limit=5`, { selector: { even: true } });
    assert.equal(changes.results.length, 5);
  });

  await t.test('nano: partitions', async () => {
    const name = nameOf('mango_parts');
    await couch.db.create(name, { partitioned: true });
    const db = couch.use(name);
    await db.bulk({ docs: ['a:1', 'a:2', 'b:1'].map(_id => ({ _id, n: 1 })) });
    assert.equal((await db.partitionInfo('a')).doc_count, 2);
    assert.equal((await db.partitionedList('a', { include_docs: true })).rows.length, 2);
    assert.equal((await db.partitionedFind('a', { selector: { n: 1 } })).docs.length, 2);
    await db.insert({ views: { n: { map: 'function (doc) { emit(doc.n, 1); }', reduce: '_sum' } } }, '_design/v');
    assert.equal((await db.partitionedView('a', 'v', 'n')).rows[0].value, 2);
    assert.ok((await couch.info()).features.includes('partitioned'));
  });

  await t.test('the Cloudant SDK: _index, _explain, _bulk_delete', async () => {
    const name = nameOf('mango_sdk');
    await couch.db.create(name);
    const made = await post(`${name}/_index`, { ddoc: 'D', name: 'N', type: 'json', index: { fields: [{ f: 'asc' }] } });
    assert.deepEqual(made, { status: 200, result: 'created', id: '_design/D', name: 'N' });
    assert.equal((await post(`${name}/_index?limit=1&skip=1`, undefined, 'GET')).indexes[0].name, 'N');
    assert.equal((await post(`${name}/_explain`, { selector: { f: 1 }, fields: ['f'] })).covering, true);
    assert.equal((await post(`${name}/_index/_design/D/json/N`, undefined, 'DELETE')).ok, true);
    await post(`${name}/_index`, { ddoc: 'D', index: { fields: ['f'] } });
    assert.deepEqual((await post(`${name}/_index/_bulk_delete`, { docids: ['D', 'none'] })).success, [{ id: '_design/D', ok: true }]);
    assert.equal((await post(`${name}/_find`, { selector: { f: { $bad: 1 } } })).error, 'invalid_operator');
  });

  await t.test('Obsidian LiveSync: pulls by selector, in small batches, then live', async t => {
    const name = nameOf('mango_livesync');
    await couch.db.create(name);
    const db = couch.use(name);
    const leaf = i => ({ _id: `h:${i}`, type: 'leaf', data: 'x'.repeat(1000) });
    await db.bulk({ docs: Array.from({ length: 60 }, (_, i) => (i % 3 ? leaf(i) : { _id: `note${i}`, type: 'plain' })) });
    const check = await db.find({ selector: { _id: { $lt: 'h:' }, type: 'leaf' } });
    assert.deepEqual([check.docs.length, check.warning.split('\n')[0]], [0, NO_INDEX]);
    const local = localDatabase('memory', work => t.after(work));
    const remote = remoteDatabase(node.database('mango_livesync'));
    const once = await local.replicate.from(remote, { selector: NO_LEAVES, batch_size: 5 });
    assert.equal(once.docs_written, 20);
    const live = local.replicate.from(remote, { selector: NO_LEAVES, live: true, retry: true, batch_size: 5, heartbeat: 30000 });
    await db.insert({ type: 'leaf' }, 'h:later');
    await db.insert({ type: 'plain', body: 'y'.repeat(50_000_000) }, 'large');
    await until('the large note is here', async () => (await local.info()).doc_count === 21);
    live.cancel();
    assert.equal((await local.get('large')).body.length, 50_000_000);
    await assert.rejects(local.get('h:later'));
  });
});
