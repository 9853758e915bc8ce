// nano's calls, and those of changesreader, which follows a feed for it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import { startNode } from '../lib/node.mjs';
import { until } from '../lib/wait.mjs';
import { withoutCredentials } from '../shared/peers.mjs';
import { bytes } from '../shared/sample.mjs';

const require = createRequire(import.meta.url);
const nano = require('nano');
const ChangesReader = require('changesreader');

const status = code => error => {
  assert.equal(error.statusCode, code, error.message);
  return true;
};

it('nano', { timeout: 600_000 }, async t => {
  const node = await startNode(work => t.after(work));
  const couch = nano(node.url);
  const name = new URL(node.database('nano_things')).pathname.slice(1);
  const db = couch.use(name);

  await t.test('info, uuids, session', async () => {
    assert.equal((await couch.info()).couchdb, 'Welcome');
    assert.equal((await couch.uuids(3)).uuids.length, 3);
    assert.equal((await couch.session()).userCtx.name, decodeURIComponent(new URL(node.url).username));
  });

  await t.test('db.create, list, get, info', async () => {
    assert.deepEqual(await couch.db.create(name), { ok: true });
    await assert.rejects(couch.db.create(name), status(412));
    assert.ok((await couch.db.list()).includes(name));
    assert.equal((await couch.db.get(name)).db_name, name);
    assert.equal((await db.info()).doc_count, 0);
    await assert.rejects(couch.db.get(name + '_none'), status(404));
  });

  let first;
  await t.test('insert, get, head, update, destroy', async () => {
    first = await db.insert({ happy: true, list: [1, { two: 2.5 }] }, 'rabbit');
    assert.equal(first.ok, true);
    assert.deepEqual(await db.get('rabbit'), { _id: 'rabbit', _rev: first.rev, happy: true, list: [1, { two: 2.5 }] });
    const head = await db.head('rabbit');
    assert.equal(head.etag, `"${first.rev}"`);
    await assert.rejects(db.insert({ happy: false }, 'rabbit'), status(409));
    const second = await db.insert({ _id: 'rabbit', _rev: first.rev, happy: false });
    assert.match(second.rev, /^2-/);
    const unnamed = await db.insert({ made: 'up' });
    assert.match(unnamed.id, /^[0-9a-f]{32}$/);
    assert.equal((await db.destroy(unnamed.id, unnamed.rev)).ok, true);
    await assert.rejects(db.get(unnamed.id), status(404));
    await assert.rejects(db.destroy('rabbit', first.rev), status(409));
  });

  await t.test('get with revs, revs_info, open_revs and rev', async () => {
    const full = await db.get('rabbit', { revs: true, revs_info: true, conflicts: true });
    assert.equal(full._revisions.start, 2);
    assert.equal(full._revisions.ids.length, 2);
    assert.deepEqual(full._revs_info.map(each => each.status), ['available', 'available']);
    assert.equal((await db.get('rabbit', { rev: first.rev })).happy, true);
    const leaves = await db.get('rabbit', { open_revs: 'all' });
    assert.equal(leaves.length, 1);
    assert.equal(leaves[0].ok._rev, full._rev);
  });

  await t.test('copy, for which nano has no call any more', async () => {
    const { href, headers } = withoutCredentials(node.url);
    const copy = async destination => {
      const answer = await fetch(`${href}/${name}/rabbit`, { method: 'COPY', headers: { ...headers, destination } });
      return { status: answer.status, ...await answer.json() };
    };
    const copied = await copy('hare');
    assert.equal(copied.status, 201);
    assert.match(copied.rev, /^1-/);
    assert.equal((await copy('hare')).status, 409);
    assert.match((await copy(`hare?rev=${copied.rev}`)).rev, /^2-/);
    assert.equal((await db.get('hare')).happy, false);
  });

  await t.test('bulk, list, fetch, fetchRevs', async () => {
    const before = (await db.info()).doc_count;
    const docs = Array.from({ length: 50 }, (_, i) => ({ _id: `bulk:${String(i).padStart(2, '0')} ü`, i }));
    const written = await db.bulk({ docs });
    assert.equal(written.filter(each => each.ok).length, 50);
    const again = await db.bulk({ docs: [docs[0]] });
    assert.equal(again[0].error, 'conflict');
    const list = await db.list({ startkey: 'bulk:', endkey: 'bulk:\ufff0', include_docs: true, limit: 10, skip: 5, descending: false });
    assert.deepEqual(list.rows.map(row => row.doc.i), [5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    assert.equal(list.total_rows, before + 50);
    const fetched = await db.fetch({ keys: ['bulk:01 ü', 'nothing', 'rabbit'] });
    assert.deepEqual(fetched.rows.map(row => row.error ?? row.doc._id), ['bulk:01 ü', 'not_found', 'rabbit']);
    const revs = await db.fetchRevs({ keys: ['bulk:02 ü'] });
    assert.equal(revs.rows[0].value.rev, written[2].rev);
  });

  await t.test('attachments: insert, get, streams, destroy, multipart', async () => {
    const data = Buffer.from(bytes(1, 100_000));
    const put = await db.attachment.insert('with attachments', 'a ü/b.bin', data, 'application/octet-stream');
    assert.deepEqual(await db.attachment.get('with attachments', 'a ü/b.bin'), data);
    const chunks = [];
    for await (const chunk of db.attachment.getAsStream('with attachments', 'a ü/b.bin')) chunks.push(chunk);
    assert.deepEqual(Buffer.concat(chunks), data);
    const gone = await db.attachment.destroy('with attachments', 'a ü/b.bin', { rev: put.rev });
    assert.equal(gone.ok, true);
    await assert.rejects(db.attachment.get('with attachments', 'a ü/b.bin'), status(404));

    const parts = [
      { name: 'text.txt', data: 'grüße', content_type: 'text/plain' },
      { name: 'raw.bin', data, content_type: 'application/octet-stream' },
    ];
    const inserted = await db.multipart.insert({ foo: 'bar' }, parts, 'multipart');
    assert.equal(inserted.ok, true);
    assert.equal(String(await db.attachment.get('multipart', 'text.txt')), 'grüße');
    assert.deepEqual(await db.attachment.get('multipart', 'raw.bin'), data);
    const doc = await db.get('multipart');
    assert.equal(doc.foo, 'bar');
    assert.equal(doc._attachments['raw.bin'].length, data.length);
    const whole = await db.multipart.get('multipart');
    assert.ok(whole.includes(data), 'the multipart answer holds the attachment');
  });

  await t.test('changes, changesReader', async () => {
    const changes = await db.changes({ include_docs: true });
    assert.equal(changes.results.length, (await db.info()).doc_count + 1, 'every document, and one deleted');
    const seen = await new Promise((resolve, reject) => {
      const all = [];
      db.changesReader.get({ since: '0', includeDocs: true, batchSize: 20, qs: { timeout: 1000 } })
        .on('batch', batch => all.push(...batch))
        .on('end', () => resolve(all))
        .on('error', reject);
    });
    assert.deepEqual(seen.map(each => each.id).sort(), changes.results.map(each => each.id).sort());
  });

  await t.test('changesreader follows what is written', async () => {
    const since = (await db.changes({ since: 'now' })).last_seq;
    const reader = new ChangesReader(name, node.url);
    const wanted = ['live-1', 'live-2', 'live-3'];
    const seen = [];
    await new Promise((resolve, reject) => {
      reader.start({ since })
        .on('change', change => {
          seen.push(change.id);
          if (seen.length === wanted.length) reader.stop();
        })
        .on('end', resolve)
        .on('error', reject);
      (async () => {
        for (const id of wanted) {
          await db.insert({ live: true }, id);
          await until(`${id} is seen`, () => seen.includes(id));
        }
      })().catch(reject);
    });
    assert.deepEqual(seen, wanted);
  });

  await t.test('db.compact, db.destroy', async () => {
    assert.equal((await couch.db.compact(name)).ok, true);
    assert.deepEqual(await couch.db.destroy(name), { ok: true });
    await assert.rejects(couch.db.get(name), status(404));
  });

  await t.test('a wrong password is refused', async () => {
    const url = new URL(node.url);
    url.password = 'wrong';
    await assert.rejects(nano(url.href).db.list(), status(401));
  });
});
