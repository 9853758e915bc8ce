// PouchDB driving replication between a node and other servers: another node, pouchdb-server, CouchDB.
import { describe, it } from 'node:test';
import { assertSameDatabase, converged } from '../lib/compare.mjs';
import { couchDatabase, withoutCouchDb } from '../lib/couchdb.mjs';
import { startNode } from '../lib/node.mjs';
import { PouchDB, remoteDatabase, startSync, writeAll } from '../lib/pouch.mjs';
import { startPouchDbServer } from '../lib/pouchdb-server.mjs';
import { editBoth, fillBoth, replicateBothWays } from '../lib/replicate.mjs';
import { httpPeer, pouchPeer } from '../shared/peers.mjs';
import { documents } from '../shared/sample.mjs';

console.log(withoutCouchDb
  ? 'COUCHDB_URL is not set: replication between the node and a real CouchDB is skipped'
  : 'COUCHDB_URL is set: a real CouchDB takes part');

const servers = {
  'another node': { start: async after => (await startNode(after)).database('other') },
  'pouchdb-server': {
    start: async after => (await startPouchDbServer(after)) + '/other',
    // It has no _all_docs rows of its own shape to tell; PouchDB asks it.
    peer: url => pouchPeer(new PouchDB(url)),
  },
  CouchDB: { start: couchDatabase, skip: withoutCouchDb },
};

for (const [name, { start, peer = httpPeer, skip = false }] of Object.entries(servers)) {
  describe(`a node and ${name}`, { skip, timeout: 900_000 }, () => {
    it('are the same after PouchDB replicated both ways, again after edits on both sides, and live', async t => {
      const after = work => t.after(work);
      const node = await startNode(after);
      const [a, b] = [node.database('one'), await start(after)];
      const [here, there] = [httpPeer(a), peer(b)];
      await fillBoth(a, b, 200);

      await t.test('replicated both ways', async () => {
        await replicateBothWays(a, b);
        await assertSameDatabase(here, there);
      });

      await t.test('again, after edits on both sides', async () => {
        await editBoth(a, b);
        await replicateBothWays(a, b);
        await assertSameDatabase(here, there);
      });

      await t.test('live', async () => {
        const sync = startSync(remoteDatabase(a), remoteDatabase(b), after);
        await writeAll(remoteDatabase(a), documents(5, 20, 'live-one'));
        await writeAll(remoteDatabase(b), documents(6, 20, 'live-other'));
        await converged(here, there, { alive: sync.alive });
        await sync.stop();
      });
    });
  });
}
