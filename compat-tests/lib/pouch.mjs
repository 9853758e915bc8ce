// PouchDB for Node.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
export const PouchDB = require('pouchdb');
PouchDB.plugin(require('pouchdb-adapter-memory'));

const MOST_ATTEMPTS = 20;

let count = 0;

/** An empty local database with that adapter, deleted when `after` says so. */
export function localDatabase(adapter, after) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cloudwall-pouchdb-'));
  const db = new PouchDB(path.join(folder, `local${++count}`), { adapter });
  after(async () => {
    await db.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return db;
}

/** A PouchDB on a database behind HTTP. */
export const remoteDatabase = url => new PouchDB(url);

/**
 * The same, which does not ask a node who it is (`GET /`) while the node is away, but waits for it. PouchDB makes the ids of checkpoints
 * from the answer, and takes others where this one request fails and the next ones do not.
 */
export function patientDatabase(url, node) {
  const root = new URL('/', url).pathname;
  return new PouchDB(url, {
    async fetch(address, options) {
      if (new URL(address).pathname !== root) return PouchDB.fetch(address, options);
      for (let attempt = 1; ; attempt++) {
        await node.isBack();
        try {
          const answer = await PouchDB.fetch(address, options);
          if (answer.ok || attempt === MOST_ATTEMPTS) return answer;
        } catch (error) {
          // It went away in between, or the connection was one to the node that has gone.
          if (attempt === MOST_ATTEMPTS) throw error;
        }
      }
    },
  });
}

/** A live sync with retry. `alive` throws what ended it, if something did. */
export function startSync(local, remote, after) {
  const sync = local.sync(remote, { live: true, retry: true, back_off_function: delay => Math.min(1000, delay * 2 || 200) });
  const state = { ended: undefined, changes: 0, denied: [] };
  sync.on('change', () => state.changes++);
  sync.on('denied', error => state.denied.push(error));
  sync.on('error', error => { state.ended = error; });
  sync.on('complete', () => { state.ended ??= new Error('the sync is over'); });
  let stopped;
  const stop = () => stopped ??= new Promise(resolve => {
    if (state.ended) return resolve();
    sync.on('complete', resolve);
    sync.on('error', resolve);
    sync.cancel();
  });
  after(stop);
  return {
    state,
    stop,
    alive() {
      const problem = state.ended ?? state.denied[0];
      if (problem) throw Object.assign(new Error(`the sync ended: ${problem.message ?? JSON.stringify(problem)}`), { fatal: true });
    },
  };
}

/** Throws where a bulk write did not succeed altogether. */
export async function writeAll(db, documents, options) {
  const results = await db.bulkDocs(documents, options);
  const failed = results.filter(each => each.error);
  if (failed.length > 0) throw new Error(`${failed.length} of ${results.length} writes failed: ${JSON.stringify(failed[0])}`);
  return results;
}
