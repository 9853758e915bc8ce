// Records what a real CouchDB answers to each request of tests/rights/requests.json, for each kind of user and of database:
//
//   COUCHDB_URL=http://admin:pass@127.0.0.1:5984 node compat-tests/rights/record.mjs [new]
//
// With `new`, it asks only what has no answer yet.
//
// It writes tests/rights/answers.json. Its databases are named rights_…, and its users' names begin with rights_. The server needs
// `[chttpd_auth_lockout] mode = enforce`, which is set here and removed at the end, and a threshold of 5, which is the default.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../../tests/rights/', import.meta.url);
const server = new URL(process.env.COUCHDB_URL);
const admin = `${decodeURIComponent(server.username)}:${decodeURIComponent(server.password)}`;
const requests = JSON.parse(readFileSync(new URL('requests.json', root)));
const roles = {
  anonymous: null, plain: 'rights_plain:x', member: 'rights_member:x', keeper: 'rights_keeper:x', admin, locked: 'rights_locked:x',
};
const kinds = {
  public: { admins: { names: ['rights_keeper'] }, members: {} },
  members: { admins: { names: ['rights_keeper'] }, members: { names: ['rights_member'] } },
  admins: null,
};
const design = JSON.parse(readFileSync(new URL('design.json', root)));

async function send(method, path, body, who = admin, headers = {}) {
  const all = { 'content-type': 'application/json', accept: 'application/json', ...headers };
  if (who) {
    all.authorization = `Basic ${Buffer.from(who).toString('base64')}`;
  }

  const answer = await fetch(`${server.origin}${path}`, {
    method, headers: all, redirect: 'manual', signal: AbortSignal.timeout(20_000),
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // It is no JSON.
  }

  return { status: answer.status, json };
}

async function must(method, path, body, ...allowed) {
  const { status, json } = await send(method, path, body);
  if (!allowed.includes(status)) {
    throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
  }

  return json;
}

async function makeDatabase(name, security) {
  await must('DELETE', `/${name}_new`, undefined, 200, 404);
  do {
    // A cluster takes a moment to forget a database.
    await must('DELETE', `/${name}`, undefined, 200, 404);
  } while ((await send('PUT', `/${name}`)).status !== 201);

  await must('PUT', `/${name}/doc`, { n: 1, _attachments: { a: { content_type: 'text/plain', data: 'QQ==' } } }, 201);
  await must('PUT', `/${name}/_local/l`, {}, 201);
  await must('PUT', `/${name}/_design/d`, design, 201);
  if (security) {
    await must('PUT', `/${name}/_security`, security, 200);
  }
}

async function makeUsers() {
  await must('PUT', '/_users', undefined, 201, 412);
  for (const who of Object.values(roles).filter((each) => each && each !== admin)) {
    const name = who.split(':')[0];
    const path = `/_users/org.couchdb.user:${name}`;
    const { status, json } = await send('GET', path);
    const user = { name, password: 'x', roles: [], type: 'user', ...(status === 200 ? { _rev: json._rev } : {}) };
    await must('PUT', path, user, 201);
  }
}

async function lock() {
  for (let i = 0; i < 6; i++) {
    await send('GET', '/_session', undefined, 'rights_locked:wrong');
  }
}

/** What counts of an answer: its status, and of a refusal its error and reason. */
function brief({ status, json }) {
  return status < 400 || json === null ? `${status}` : `${status} ${json.error}: ${json.reason}`;
}

await must('PUT', '/_node/_local/_config/chttpd_auth_lockout/mode', '"enforce"', 200);
const answers = process.argv[2] === 'new' ? JSON.parse(readFileSync(new URL('answers.json', root))) : {};
try {
  await makeUsers();
  for (const request of requests.filter((each) => !answers[each.request])) {
    const [method, path] = request.request.replace(/#$/, '').split(' ');
    const of = answers[request.request] = {};
    for (const [kind, security] of path.includes('{db}') ? Object.entries(kinds) : [['server', null]]) {
      const row = of[kind] = {};
      const name = `rights_${kind}`;
      for (const [role, who] of Object.entries(roles)) {
        if (kind !== 'server' && (role === 'anonymous' || !/^(GET|HEAD)$/.test(method))) {
          await makeDatabase(name, security);
        }

        if (role === 'locked') {
          await lock();
        }

        row[role] = brief(await send(method, path.replaceAll('{db}', name), request.body, who, request.headers));
      }
    }
  }
} finally {
  await send('DELETE', '/_node/_local/_config/chttpd_auth_lockout/mode');
  for (const kind of Object.keys(kinds)) {
    await send('DELETE', `/rights_${kind}`);
    await send('DELETE', `/rights_${kind}_new`);
  }
}

writeFileSync(new URL('answers.json', root), `${JSON.stringify(answers, null, 1)}\n`);
