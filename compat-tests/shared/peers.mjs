// One way to look at a database, wherever it is: every leaf of every document, with its history, body and attachments.
// Runs in Node and in a browser.

const BATCH = 40;

/** A PouchDB, of any adapter. */
export function pouchPeer(db) {
  return peer(db.name, 'pouchdb', {
    changes: async () => (await db.changes({ style: 'all_docs', since: 0 })).results,
    winners: async () => (await db.allDocs()).rows,
    read: async docs => (await db.bulkGet({ docs, revs: true, attachments: true })).results,
  });
}

/** A database behind HTTP, asked without any library. */
export function httpPeer(url, kind = 'couchdb') {
  const { href, headers } = withoutCredentials(url);
  const ask = async (path, body) => {
    const answer = await fetch(href + path, {
      method: body ? 'POST' : 'GET',
      headers: { ...headers, accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  };
  return peer(href, kind, {
    changes: async () => (await ask('/_changes?style=all_docs')).results,
    winners: async () => (await ask('/_all_docs')).rows,
    read: async docs => (await ask('/_bulk_get?revs=true&attachments=true', { docs })).results,
  });
}

/** URL and headers for fetch, which refuses credentials in a URL. */
export function withoutCredentials(url) {
  const at = new URL(url);
  const { username, password } = at;
  at.username = '';
  at.password = '';
  const headers = username ? { authorization: 'Basic ' + btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`) } : {};
  return { href: at.href.replace(/\/$/, ''), headers };
}

function peer(name, kind, { changes, winners, read }) {
  return {
    name,
    kind,
    /** Document id → its leaf revisions, sorted. Cheap. */
    async leaves() {
      const leaves = {};
      for (const change of await changes()) leaves[change.id] = change.changes.map(each => each.rev).sort();
      return leaves;
    },
    /** Everything: see `describeLeaf`. */
    async describe() {
      const wanted = Object.entries(await this.leaves()).flatMap(([id, revs]) => revs.map(rev => ({ id, rev })));
      const documents = {};
      for (let i = 0; i < wanted.length; i += BATCH) {
        for (const { id, docs } of await read(wanted.slice(i, i + BATCH))) {
          for (const { ok, error } of docs) {
            if (!ok) throw new Error(`${name} lists a leaf of ${id} which it does not have: ${JSON.stringify(error)}`);
            (documents[id] ??= {})[ok._rev] = await describeLeaf(ok);
          }
        }
      }
      const winning = {};
      for (const row of await winners()) winning[row.id] = row.value.rev;
      return { documents, winning };
    },
  };
}

async function describeLeaf({ _id, _rev, _deleted, _revisions, _attachments, ...body }) {
  const attachments = {};
  for (const [name, { content_type, data, digest }] of Object.entries(_attachments ?? {})) {
    const content = bytesOf(data);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
    attachments[name] = {
      content_type,
      digest,
      length: content.length,
      sha256: Array.from(hash, each => each.toString(16).padStart(2, '0')).join(''),
    };
  }
  return { deleted: Boolean(_deleted), history: `${_revisions.start} ${_revisions.ids.join(' ')}`, body: sorted(body), attachments };
}

/** What Base64 stands for. A call for each byte would take seconds for a film. */
function bytesOf(base64) {
  if (globalThis.Buffer) return Buffer.from(base64, 'base64');
  const text = atob(base64);
  const content = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) content[i] = text.charCodeAt(i);
  return content;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]));
}
