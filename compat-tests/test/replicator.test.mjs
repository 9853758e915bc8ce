// Replication driven by the node itself, and by the other server where it can: one-shot, continuous, documents of _replicator.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { assertSameDatabase, converged } from '../lib/compare.mjs';
import { startCountingProxy } from '../lib/counting-proxy.mjs';
import { couchDatabase, withoutCouchDb } from '../lib/couchdb.mjs';
import { startNode } from '../lib/node.mjs';
import { PouchDB, remoteDatabase, writeAll } from '../lib/pouch.mjs';
import { startPouchDbServer } from '../lib/pouchdb-server.mjs';
import { editBoth, fillBoth } from '../lib/replicate.mjs';
import { ask, documentState, follow, replicateOnce } from '../lib/replicator.mjs';
import { httpPeer, pouchPeer, withoutCredentials } from '../shared/peers.mjs';
import { bytes, documents } from '../shared/sample.mjs';

const LARGE = 100 << 20;

const servers = {
  'another node': {
    start: async after => {
      const node = await startNode(after);
      return { database: node.database('other'), server: node.url };
    },
  },
  'pouchdb-server': {
    // It has a replicator of its own, which is PouchDB's and is tested as such. In its memory, _all_docs leaves out ids that begin beyond Latin.
    wide: false,
    start: async after => ({ database: (await startPouchDbServer(after)) + '/other' }),
    peer: url => pouchPeer(new PouchDB(url)),
  },
  CouchDB: {
    start: async after => ({ database: await couchDatabase(after), server: process.env.COUCHDB_URL.replace(/\/$/, '') }),
    skip: withoutCouchDb,
  },
};

for (const [name, { start, peer = httpPeer, wide = true, skip = false }] of Object.entries(servers)) {
  describe(`the replicator of a node and ${name}`, { skip, timeout: 1_800_000 }, () => {
    it('makes both the same, once, again after edits, and continuously', async t => {
      const after = work => t.after(work);
      const node = await startNode(after);
      const other = await start(after);
      const [a, b] = [node.database('one'), other.database];
      const drivers = [node.url, ...(other.server ? [other.server] : [])];
      const [here, there] = [httpPeer(a), peer(b)];
      await fillBoth(a, b, 150);
      await fillMore(a, wide);
      for (const url of [a, b]) await ask(url, '/_local/mine', { at: url === a ? 'a' : 'b' }, 'PUT');

      await t.test('pulled and pushed once', async () => {
        const pulled = await replicateOnce(node.url, b, 'one');
        assert.ok(pulled.docs_written > 150, JSON.stringify(pulled));
        await replicateOnce(node.url, 'one', b);
        await assertSameDatabase(here, there);
        for (const url of [a, b]) assert.equal((await ask(url, '/_local/mine')).json.at, url === a ? 'a' : 'b');
      });

      await t.test('once more there is nothing to do', async () => {
        // Each has got what came from the other; after that nothing is left.
        await replicateOnce(node.url, b, 'one');
        await replicateOnce(node.url, 'one', b);
        assert.equal((await replicateOnce(node.url, b, 'one')).noChanges, true);
        assert.equal((await replicateOnce(node.url, 'one', b)).noChanges, true);
      });

      for (const [i, driver] of drivers.entries()) {
        await t.test(`again after edits, driven by ${i === 0 ? 'the node' : 'the other'}`, async () => {
          await editBoth(a, b);
          await replicateOnce(driver, b, a);
          await replicateOnce(driver, a, b);
          await assertSameDatabase(here, there);
        });
      }

      for (const [i, driver] of drivers.entries()) {
        await t.test(`continuously both ways, driven by ${i === 0 ? 'the node' : 'the other'}`, async t => {
          await follow(driver, a, b, work => t.after(work));
          await follow(driver, b, a, work => t.after(work));
          await writeAll(remoteDatabase(a), documents(50 + i, 30, `live-one-${i}`));
          await writeAll(remoteDatabase(b), documents(60 + i, 30, `live-other-${i}`));
          await converged(here, there);
        });
      }

      await t.test('a document of _replicator does it, too', async () => {
        await ask(node.url, '/_replicator', {}, 'PUT');
        await writeAll(remoteDatabase(a), documents(70, 10, 'by-document'));
        await ask(node.url, '/_replicator/push', { source: a, target: b }, 'PUT');
        const seen = await documentState(node.url, 'push', 'completed', 'failed');
        assert.equal(seen.state, 'completed', JSON.stringify(seen));
        assert.equal((await ask(node.url, '/_replicator/push')).json._replication_state, 'completed');
        await assertSameDatabase(here, there);
      });
    });

    it('carries large attachments and those of no bytes', async t => {
      const after = work => t.after(work);
      const node = await startNode(after);
      const other = await start(after);
      await ask(node.url, '/large', {}, 'PUT');
      if (name !== 'CouchDB') await ask(other.database, '', {}, 'PUT');
      const data = bytes(7, LARGE);
      const { href, headers } = withoutCredentials(node.database('large'));
      const put = await fetch(href + '/film/file', { method: 'PUT', body: data, headers: { ...headers, 'content-type': 'video/mp4' } });
      const { rev } = await put.json();
      await fetch(`${href}/film/none?rev=${rev}`, { method: 'PUT', body: '', headers: { ...headers, 'content-type': 'text/plain' } });
      await replicateOnce(node.url, 'large', other.database);
      await replicateOnce(node.url, other.database, 'back', { create_target: true });
      const sum = createHash('sha256').update(data).digest('hex');
      for (const url of [other.database, node.database('back')]) {
        const place = withoutCredentials(url);
        const got = await fetch(place.href + '/film/file', { headers: place.headers });
        assert.equal(createHash('sha256').update(Buffer.from(await got.arrayBuffer())).digest('hex'), sum, url);
        assert.equal((await (await fetch(place.href + '/film/none', { headers: place.headers })).arrayBuffer()).byteLength, 0, url);
      }
    });
  });
}

it('a finished replication costs a handful of requests when it is started again, and knows the peer at another address', { timeout: 600_000 }, async t => {
  const after = work => t.after(work);
  const [here, there] = [await startNode(after), await startNode(after)];
  await ask(there.database('many'), '', {}, 'PUT');
  await writeAll(remoteDatabase(there.database('many')), documents(80, 3000, 'many'));
  assert.equal((await replicateOnce(here.url, there.database('many'), 'many', { create_target: true })).docs_written, 3000);

  // The proxy is another host, port and password to the replicator, but the same peer.
  const proxy = await startCountingProxy(there.url, after);
  assert.equal((await replicateOnce(here.url, `${proxy.url}/many`, 'many')).noChanges, true);
  assert.ok(proxy.requests.length > 0 && proxy.requests.length <= 8, proxy.requests.join('\n'));
});

/** A long history cut short, design documents, odd ids, conflicts of several leaves. */
async function fillMore(url, wide) {
  const db = remoteDatabase(url);
  await ask(url, '/_revs_limit', 5, 'PUT');
  for (let i = 0; i < 12; i++) {
    const old = await db.get('much edited').catch(() => ({ _id: 'much edited' }));
    await db.put({ ...old, i });
  }
  await writeAll(db, [
    { _id: '_design/with spaces and ü', views: {} },
    { _id: `${wide ? '' : 'ein wenig '}雪`, text: 'snow' },
    { _id: 'a+b c%2Fd', odd: true },
    { _id: 'x"y', odd: true },
  ]);
  const leaves = ['a', 'b', 'c'].map(end => ({ _id: 'parted', _rev: `3-${end.repeat(32)}`, _revisions: { start: 3, ids: [end, '2', '1'].map(each => each.repeat(32)) }, end }));
  await ask(url, '/_bulk_docs', { docs: leaves, new_edits: false });
  await ask(url, '/_bulk_docs', { docs: [{ ...leaves[2], _rev: '4-' + 'd'.repeat(32), _deleted: true, _revisions: { start: 4, ids: ['d', 'c', '2', '1'].map(each => each.repeat(32)) } }], new_edits: false });
}
