// Replication driven by a server itself: its _replicate and _replicator.
import assert from 'node:assert/strict';
import { withoutCredentials } from '../shared/peers.mjs';
import { until } from './wait.mjs';

/** Asks a server for something; the answer's status and JSON. */
export async function ask(server, path, body, method = body ? 'POST' : 'GET') {
  const { href, headers } = withoutCredentials(server);
  const answer = await fetch(href + path, {
    method,
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, json: await answer.json() };
}

/** A source or target; CouchDB does not decode what is escaped in a URL's credentials, so they stand beside it. */
function endpoint(place) {
  if (!/^https?:/.test(place)) return place;
  const { username, password } = new URL(place);
  const { href } = withoutCredentials(place);
  return username ? { url: href, auth: { basic: { username: decodeURIComponent(username), password: decodeURIComponent(password) } } } : href;
}

/** One run from a database to another, by a server; its history's first entry. */
export async function replicateOnce(server, source, target, options = {}) {
  const { status, json } = await ask(server, '/_replicate', { source: endpoint(source), target: endpoint(target), ...options });
  assert.equal(status, 200, JSON.stringify(json));
  assert.equal(json.ok, true, JSON.stringify(json));
  const session = json.history?.[0];
  assert.equal(session?.doc_write_failures ?? 0, 0, JSON.stringify(session));
  return { ...session, noChanges: json.no_changes === true };
}

/** Keeps a database in step with another until `after`: a continuous replication by a server. */
export async function follow(server, source, target, after) {
  const request = { source: endpoint(source), target: endpoint(target), continuous: true };
  const { status, json } = await ask(server, '/_replicate', request);
  assert.equal(status, 202, JSON.stringify(json));
  after(() => ask(server, '/_replicate', { ...request, cancel: true }).catch(() => {}));
}

/** Waits until the scheduler of a server says of a document of _replicator what is wanted. */
export async function documentState(server, id, ...states) {
  let seen;
  await until(`${id} is ${states.join(' or ')}`, async () => {
    seen = (await ask(server, `/_scheduler/docs/_replicator/${id}`)).json;
    return states.includes(seen.state) || seen;
  });
  return seen;
}
