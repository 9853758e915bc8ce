// The comparison that the other tests rely on sees every kind of difference.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assertSameDatabase } from '../lib/compare.mjs';
import { localDatabase, writeAll } from '../lib/pouch.mjs';
import { pouchPeer } from '../shared/peers.mjs';

const rev = (generation, digit) => `${generation}-${String(digit).repeat(32)}`;
const attachment = (text, type = 'image/png') => ({ _attachments: { a: { content_type: type, data: btoa(text) } } });

/** A document with two leaves, an attachment and a deleted document, with what `change` makes of them. */
const sample = (change = docs => docs) => change([
  { _id: 'a', _rev: rev(1, 1), n: { x: [1], y: null }, ...attachment('one') },
  { _id: 'b', _rev: rev(2, 2), _revisions: { start: 2, ids: ['2'.repeat(32), '0'.repeat(32)] }, n: 2 },
  { _id: 'b', _rev: rev(2, 3), _revisions: { start: 2, ids: ['3'.repeat(32), '0'.repeat(32)] }, n: 3 },
  { _id: 'c', _rev: rev(1, 4), _deleted: true },
]);

const changes = {
  'a document is missing': docs => docs.slice(1),
  'a leaf is missing': docs => docs.toSpliced(1, 1),
  'a leaf has another revision': docs => docs.with(0, { ...docs[0], _rev: rev(1, 5) }),
  'a body is another': docs => docs.with(0, { ...docs[0], n: { x: [1], y: false } }),
  'a body has a member more': docs => docs.with(2, { ...docs[2], m: 1 }),
  'a history is another': docs => docs.with(1, { ...docs[1], _revisions: { start: 2, ids: ['2'.repeat(32), '9'.repeat(32)] } }),
  'a tombstone is alive': docs => docs.with(3, { ...docs[3], _deleted: false }),
  'a tombstone has another body': docs => docs.with(3, { ...docs[3], why: 'x' }),
  'an attachment has other bytes': docs => docs.with(0, { ...docs[0], ...attachment('two') }),
  'an attachment has another type': docs => docs.with(0, { ...docs[0], ...attachment('one', 'image/gif') }),
  'an attachment is missing': docs => docs.with(0, { ...docs[0], _attachments: {} }),
};

it('the comparison of databases', { timeout: 300_000 }, async t => {
  const database = async docs => {
    const db = localDatabase('memory', work => t.after(work));
    await writeAll(db, docs, { new_edits: false });
    return pouchPeer(db);
  };
  const one = await database(sample());
  await t.test('accepts the same', async () => {
    const same = sample(docs => docs.map(({ n, ...doc }) => (n?.x ? { ...doc, n: { y: null, x: [1] } } : { ...doc, ...(n ? { n } : {}) })).reverse());
    assert.equal(await assertSameDatabase(one, await database(same)), 3);
  });
  for (const [what, change] of Object.entries(changes)) {
    await t.test(`refuses where ${what}`, async () => {
      const other = await database(sample(change));
      await assert.rejects(assertSameDatabase(one, other), /differ in 1 documents/);
      await assert.rejects(assertSameDatabase(other, one), /differ in 1 documents/);
    });
  }
  await t.test('refuses two empty ones', async () => {
    const empty = await database([]);
    await assert.rejects(assertSameDatabase(empty, empty), /is empty/);
  });
});
