// A real CouchDB as one more peer, where COUCHDB_URL names one.
import { withoutCredentials } from '../shared/peers.mjs';

let count = 0;

/** Why tests with CouchDB are skipped, or false. */
export const withoutCouchDb = process.env.COUCHDB_URL ? false : 'COUCHDB_URL names no CouchDB';

/** URL of an empty database there, deleted in the end. */
export async function couchDatabase(after) {
  const url = `${process.env.COUCHDB_URL.replace(/\/$/, '')}/compat_peer_${process.pid}_${Date.now()}_${++count}`;
  const { href, headers } = withoutCredentials(url);
  const created = await fetch(href, { method: 'PUT', headers });
  if (created.status !== 201) throw new Error(`${href}: ${created.status} ${await created.text()}`);
  after(() => fetch(href, { method: 'DELETE', headers }));
  return url;
}
