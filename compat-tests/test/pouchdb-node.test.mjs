// PouchDB in Node, live sync with retry, through two absences of the node.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { converged } from '../lib/compare.mjs';
import { checkpoints } from '../lib/checkpoints.mjs';
import { startNode } from '../lib/node.mjs';
import { localDatabase, patientDatabase, remoteDatabase, startSync, writeAll } from '../lib/pouch.mjs';
import { httpPeer, pouchPeer } from '../shared/peers.mjs';
import { until } from '../lib/wait.mjs';
import { bytes, documents } from '../shared/sample.mjs';

const LARGE = 20 * 1024 * 1024;

for (const adapter of ['memory', 'leveldb']) {
  describe(`PouchDB with ${adapter}`, { timeout: 900_000 }, () => {
    it('synchronises live, resumes after the node was away, and ends with the same conflicts', async t => {
      const after = work => t.after(work);
      const node = await startNode(after);
      const url = node.database('things');
      const local = localDatabase(adapter, after);
      const remote = patientDatabase(url, node);
      const [here, there] = [pouchPeer(local), httpPeer(url)];

      await t.test('1,000 documents with attachments, half of them from either side', async () => {
        await writeAll(local, documents(1, 500, 'here'));
        await writeAll(remote, documents(2, 500, 'there'));
        const large = Buffer.from(bytes(3, LARGE));
        // One goes up, the other comes down.
        await (adapter === 'memory' ? local : remote).putAttachment('large', 'film.mp4', large, 'video/mp4');
      });

      const sync = startSync(local, remote, after);
      const same = () => converged(here, there, { alive: sync.alive });
      assert.equal(await same(), 1001);

      let before;
      for (const [round, signal] of [[1, 'SIGTERM'], [2, 'SIGKILL']]) {
        await t.test(`edits on both sides while the node is away (${signal})`, async () => {
          await until('there is a checkpoint for either direction', async () => {
            before = await checkpoints(url);
            return before.size >= 2 || before.size;
          });
          await node.whileAway(async elsewhere => {
            const there = remoteDatabase(elsewhere + new URL(url).pathname);
            await edit(local, round, 'here');
            await edit(there, round, 'there');
            await collide(local, there, round);
          }, signal);
          await same();
        });

        await t.test(`the checkpoints are those from before (${signal})`, async () => {
          // Checkpoints follow what they are about, the target's first.
          await until('both sides have the same sessions', async () => {
            const now = await checkpoints(url);
            assert.deepEqual([...now.keys()].sort(), [...before.keys()].sort(), 'none is new, none is lost');
            for (const [id, { last_seq, session_id }] of now) {
              assert.ok(number(last_seq) >= number(before.get(id).last_seq), `${id} went back`);
              assert.equal((await local.get(id)).session_id, session_id, `${id} has the same session on both sides`);
            }
            return true;
          });
        });
      }

      await t.test('conflicts have the same winner and the same list on both sides', async () => {
        let conflicts = 0;
        for (const row of (await local.allDocs()).rows) {
          if (!row.id.startsWith('collide')) continue;
          const [one, other] = await Promise.all([local, remote].map(db => db.get(row.id, { conflicts: true })));
          assert.equal(one._rev, other._rev, `winner of ${row.id}`);
          assert.deepEqual([...one._conflicts ?? []].sort(), [...other._conflicts ?? []].sort(), `conflicts of ${row.id}`);
          conflicts += one._conflicts?.length ?? 0;
        }
        assert.ok(conflicts >= 40, `${conflicts} conflicts`);
      });

      await t.test('conflicts that are resolved on one side are resolved on the other', async () => {
        for (const row of (await remote.allDocs({ startkey: 'collide', endkey: 'collide\ufff0', conflicts: true, include_docs: true })).rows) {
          for (const rev of row.doc._conflicts ?? []) await remote.remove(row.id, rev);
        }
        await same();
        const left = (await local.allDocs({ startkey: 'collide', endkey: 'collide\ufff0', conflicts: true, include_docs: true })).rows;
        assert.deepEqual(left.filter(row => row.doc._conflicts).map(row => row.id), []);
      });

      await sync.stop();
    });
  });
}

/** New, changed and deleted documents, and changed and deleted attachments; `side` says which documents are this side's. */
async function edit(db, round, side) {
  const at = (round - 1) * 60;
  const { rows } = await db.allDocs({ startkey: `${side}-0`, endkey: `${side}-9`, include_docs: true });
  const chosen = rows.slice(at, at + 60).map(row => row.doc);
  const changed = chosen.slice(0, 30).map(doc => ({ ...doc, changed: round }));
  for (const doc of chosen.slice(30, 40)) changed.push({ ...doc, _attachments: {}, bare: true });
  for (const doc of chosen.slice(40)) changed.push({ _id: doc._id, _rev: doc._rev, _deleted: true, why: 'no longer needed' });
  await writeAll(db, [...changed, ...documents(100 + round, 30, `${side}-late-${round}`)]);
  const one = changed[0]._id;
  const { _rev } = await db.get(one);
  await db.putAttachment(one, 'added.bin', _rev, Buffer.from(bytes(round, 70_000)), 'application/octet-stream');
}

/** The same documents made or edited differently on both sides; and some deleted on one side, edited on the other. */
async function collide(one, other, round) {
  const ids = Array.from({ length: 25 }, (_, i) => `collide-${round}-${i}`);
  for (const [db, side] of [[one, 'one'], [other, 'other']]) {
    await writeAll(db, ids.map((_id, i) => ({ _id, side, i })));
    // Some branches are longer on one side, which then wins.
    for (const id of ids.slice(0, side === 'one' ? 10 : 3)) await db.put({ ...await db.get(id), again: side });
  }
  for (const id of ids.slice(20, 22)) await one.remove(await one.get(id));
}

const number = seq => Number(String(seq).split('-')[0]);
