// What the tests drive in the browser, as window.client.
/* global PouchDB */
import { pouchPeer } from '/shared/peers.mjs';
import { bytes, documents } from '/shared/sample.mjs';

let db;
let sync;
let problem;

const writeAll = async list => {
  const failed = (await db.bulkDocs(list)).filter(each => each.error);
  if (failed.length > 0) throw new Error(`${failed.length} writes failed: ${JSON.stringify(failed[0])}`);
};

window.client = {
  /** Opens the local database of that name; gives its adapter and how many documents it has. */
  async open(name) {
    db = new PouchDB(name);
    return { adapter: db.adapter, documents: (await db.info()).doc_count };
  },

  /** Starts a live sync with retry. */
  sync(url, auth) {
    problem = undefined;
    const remote = new PouchDB(url, { auth });
    sync = db.sync(remote, { live: true, retry: true, back_off_function: delay => Math.min(1000, delay * 2 || 200) });
    sync.on('denied', error => { problem = `denied: ${JSON.stringify(error)}`; });
    sync.on('error', error => { problem = `error: ${error.message ?? JSON.stringify(error)}`; });
    sync.on('complete', () => { problem ??= 'the sync is over'; });
  },

  stop: () => new Promise(resolve => {
    if (!sync || problem) return resolve();
    sync.on('complete', () => resolve());
    sync.on('error', () => resolve());
    sync.cancel();
  }),

  problem: () => problem,
  leaves: () => pouchPeer(db).leaves(),
  describe: () => pouchPeer(db).describe(),

  /** Writes sample documents, and one with an attachment of `large` bytes. */
  async fill(seed, count, prefix, large) {
    await writeAll(documents(seed, count, prefix));
    if (large) await db.putAttachment(`${prefix}-large`, 'film.mp4', new Blob([bytes(seed, large)], { type: 'video/mp4' }), 'video/mp4');
  },

  /** Changes, deletes and adds documents with that prefix. */
  async edit(prefix, mark) {
    const { rows } = await db.allDocs({ startkey: `${prefix}-0`, endkey: `${prefix}-9`, include_docs: true });
    const docs = rows.map(row => row.doc);
    await writeAll([
      ...docs.slice(0, 40).map(doc => ({ ...doc, changed: mark })),
      ...docs.slice(40, 60).map(doc => ({ _id: doc._id, _rev: doc._rev, _deleted: true })),
      ...documents(mark, 20, `${prefix}-late`),
    ]);
  },

  put: list => writeAll(list),
  get: (id, options) => db.get(id, options),
  missing: id => db.get(id).then(() => false, error => error.status === 404),
  attachmentLength: async (id, name) => (await db.getAttachment(id, name)).size,
};
window.ready = true;
