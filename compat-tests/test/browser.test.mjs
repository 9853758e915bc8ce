// PouchDB in headless Chromium, on a page of another origin, with IndexedDB.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startBrowser } from '../lib/browser.mjs';
import { converged } from '../lib/compare.mjs';
import { startNode } from '../lib/node.mjs';
import { remoteDatabase, writeAll } from '../lib/pouch.mjs';
import { httpPeer } from '../shared/peers.mjs';
import { documents } from '../shared/sample.mjs';

const LARGE = 20 * 1024 * 1024;

it('a browser synchronises with the node, a second one gets it all, and an empty node is refilled', { timeout: 900_000 }, async t => {
  const after = work => t.after(work);
  const node = await startNode(after);
  const browser = await startBrowser(after);
  const url = node.database('things');
  const { pathname, origin, username, password } = new URL(url);
  const remote = [origin + pathname, { username: decodeURIComponent(username), password: decodeURIComponent(password) }];
  assert.notEqual(origin, browser.origin);
  const there = httpPeer(url);
  const alive = visitor => ({
    alive() {
      if (visitor.errors.length > 0) throw Object.assign(new Error(visitor.errors.join('; ')), { fatal: true });
    },
  });
  const same = async visitor => {
    const count = await converged(visitor, there, alive(visitor));
    assert.equal(await visitor.call('problem'), undefined);
    return count;
  };

  const first = await browser.visitor('the first browser');
  await t.test('1,000 documents with attachments, half of them from either side', async () => {
    assert.deepEqual(await first.call('open', 'things'), { adapter: 'idb', documents: 0 });
    await first.call('fill', 1, 500, 'here', LARGE);
    await writeAll(remoteDatabase(url), documents(2, 499, 'there'));
    await first.call('sync', ...remote);
    assert.equal(await same(first), 1000);
  });

  await t.test('edits on both sides while the node is away', async () => {
    await node.whileAway(async elsewhere => {
      await first.call('edit', 'here', 7);
      await first.call('put', Array.from({ length: 20 }, (_, i) => ({ _id: `collide-${i}`, side: 'browser' })));
      const db = remoteDatabase(elsewhere + pathname);
      await writeAll(db, [...documents(8, 30, 'there-late'), ...Array.from({ length: 20 }, (_, i) => ({ _id: `collide-${i}`, side: 'node' }))]);
      for (let i = 0; i < 5; i++) await db.put({ ...await db.get(`collide-${i}`), again: true });
      const gone = await db.get('there-0001');
      await db.remove(gone);
    });
    await same(first);
    const db = remoteDatabase(url);
    for (let i = 0; i < 20; i++) {
      const [one, other] = [await first.call('get', `collide-${i}`, { conflicts: true }), await db.get(`collide-${i}`, { conflicts: true })];
      assert.equal(one._rev, other._rev);
      assert.equal(one._conflicts?.length, 1);
      assert.deepEqual(one._conflicts, other._conflicts);
    }
    assert.equal(await first.call('missing', 'there-0001'), true);
  });

  await t.test('a second browser gets it all', async () => {
    const second = await browser.visitor('the second browser');
    assert.deepEqual(await second.call('open', 'things'), { adapter: 'idb', documents: 0 });
    await second.call('sync', ...remote);
    await same(second);
    assert.equal(await second.call('attachmentLength', 'here-large', 'film.mp4'), LARGE);
    await second.call('put', [{ _id: 'from-the-second', n: 1 }]);
    await converged(first, second, alive(first));
    await second.call('stop');
    await second.close();
  });

  await t.test('an empty node is refilled from the browser alone', async () => {
    const before = await first.leaves();
    await node.wipe();
    await first.reload();
    const opened = await first.call('open', 'things');
    assert.ok(opened.documents > 900, `${opened.documents} documents in the browser`);
    await first.call('sync', ...remote);
    await same(first);
    assert.deepEqual(await there.leaves(), before);
    await first.call('stop');
    await first.close();
  });
});
