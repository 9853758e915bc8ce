// PouchDB in the middle of two databases behind HTTP.
import assert from 'node:assert/strict';
import { PouchDB, remoteDatabase, writeAll } from './pouch.mjs';
import { bytes, documents } from '../shared/sample.mjs';

/** Replicates both ways, once. */
export async function replicateBothWays(a, b) {
  for (const [source, target] of [[a, b], [b, a]]) {
    const result = await PouchDB.replicate(source, target);
    assert.equal(result.status, 'complete');
    assert.equal(result.doc_write_failures, 0, JSON.stringify(result.errors));
  }
}

/** Fills two databases with documents, deletions and a larger attachment each, and some documents with one id and two contents. */
export async function fillBoth(a, b, count) {
  for (const [url, side] of [[a, 'one'], [b, 'other']]) {
    const db = remoteDatabase(url);
    const written = await writeAll(db, documents(side.length, count, side));
    await writeAll(db, written.slice(0, 10).map(({ id, rev }) => ({ _id: id, _rev: rev, _deleted: true, by: side })));
    await db.putAttachment('large-' + side, 'film.mp4', Buffer.from(bytes(side.length, 3_000_000)), 'video/mp4');
    await writeAll(db, Array.from({ length: 20 }, (_, i) => ({ _id: `collide-${i}`, side })));
    await writeAll(db, [{ _id: '_design/app', language: 'javascript', side: 'both' }, { _id: 'with / and ? + ü', side: 'both' }]);
  }
}

/** Edits both databases after they were the same. */
export async function editBoth(a, b) {
  for (const [url, side] of [[a, 'one'], [b, 'other']]) {
    const db = remoteDatabase(url);
    const { rows } = await db.allDocs({ startkey: `${side}-0`, endkey: `${side}-9`, include_docs: true });
    await writeAll(db, rows.slice(0, 40).map(({ doc }) => ({ ...doc, changed: side })));
    for (let i = 0; i < 20; i++) await db.put({ ...await db.get(`collide-${i}`), again: side });
    await db.remove(await db.get(rows.at(-1).id));
  }
}
