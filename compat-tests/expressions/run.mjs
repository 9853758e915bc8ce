#!/usr/bin/env node
// Evaluates the same generated expressions in show functions of a node and of a CouchDB.
//   node run.mjs NODE_URL COUCHDB_URL [SEED [COUNT]]     prints where they differ, by family, and how often each known kind occurs
//   node run.mjs --record FILE NODE_URL COUCHDB_URL ...   the same, and writes a sample of what the CouchDB made of them
// The exit status is 1 where they differ in a way that known.mjs does not explain, where a family has less than 200 expressions, or where
// less than a third of all throw or return something that is not plain. URLs hold an admin's credentials. A database expressions_… is made
// and deleted.
import { readFileSync, writeFileSync } from 'node:fs';
import { generate } from './generate.mjs';
import { known } from './known.mjs';

const template = readFileSync(new URL('describe.js', import.meta.url), 'utf8');
const batch = 40;

class Server {
  constructor(url) {
    const { username, password, origin } = new URL(url);
    this.origin = origin;
    const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    this.headers = { authorization: `Basic ${secret}`, 'content-type': 'application/json' };
    this.db = `${origin}/expressions_${Date.now().toString(36)}`;
    this.made = 0;
  }

  async send(method, url, body) {
    const answer = await fetch(url, { method, headers: this.headers, body: body && JSON.stringify(body) });
    return { status: answer.status, text: await answer.text() };
  }

  /** What each expression comes to; where a whole function fails, its halves are tried. */
  async evaluate(codes) {
    const path = `${this.db}/_design/e${this.made++}`;
    const code = template.replace('/* EXPRESSIONS */', () => codes.map((each) => `attempt(() => (${each}));`).join('\n  '));
    await this.send('PUT', path, { shows: { e: code } });
    const { status, text } = await this.send('GET', `${path}/_show/e`);
    if (status === 200) return JSON.parse(text);
    if (codes.length === 1) return [`${status} ${text.slice(0, 300)}`];
    const half = codes.length >> 1;
    return [...await this.evaluate(codes.slice(0, half)), ...await this.evaluate(codes.slice(half))];
  }

  async all(expressions) {
    await this.send('PUT', this.db + '?q=1');
    try {
      const results = [];
      for (let i = 0; i < expressions.length; i += batch) {
        results.push(...await this.evaluate(expressions.slice(i, i + batch).map((each) => each.code)));
      }
      return results;
    } finally {
      await this.send('DELETE', this.db);
    }
  }
}

const least = 200, sampled = 500, mostKnown = 20;
const plain = (result) => /^(-?\d|"|null$|true$|false$|undefined$|NaN$|-?Infinity$)/.test(result);
// What CouchDB does not have at all (typed arrays, Proxy, Promise) says so, whatever the expression is: that shows nothing of it.
const missing = (result) => /^!ReferenceError: '\w+' is not defined$/.test(result);
const refused = (result) => /^\d{3} /.test(result);
const tells = (result) => !plain(result) && !missing(result) && !refused(result);

const options = process.argv.slice(2);
const file = options[0] === '--record' ? options.splice(0, 2)[1] : null;
const [a, b, seed = '1', count = '10000'] = options;
if (!b) { console.error('usage: run.mjs [--record FILE] NODE_URL COUCHDB_URL [SEED [COUNT]]'); process.exit(2); }

const expressions = generate(Number(seed), Number(count));
const [here, there] = await Promise.all([new Server(a).all(expressions), new Server(b).all(expressions)]);
const families = new Map(), explained = new Map(known.map((kind) => [kind, 0]));
const total = { all: 0, telling: 0, missing: 0, refused: 0, known: 0, different: 0 };
const faults = [];
expressions.forEach((expression, i) => {
  const { family, code } = expression;
  const entry = families.get(family) ?? families.set(family, { all: 0, telling: 0, missing: 0, refused: 0, known: 0, different: 0,
    same: [] }).get(family);
  const add = (what) => { entry[what]++; total[what]++; };
  add('all');
  if (tells(there[i])) add('telling');
  if (missing(there[i])) add('missing');
  if (refused(there[i])) add('refused');
  if (here[i] === there[i]) { entry.same.push({ family, code, result: there[i] }); return; }
  const kind = known.find((each) => each.explains(expression, here[i], there[i]));
  if (kind) { explained.set(kind, explained.get(kind) + 1); add('known'); return; }
  add('different');
  console.log(`${family}: ${code}\n  here  ${here[i].slice(0, 400)}\n  there ${there[i].slice(0, 400)}`);
});

const line = (name, n) => `${name}: ${n.all}, of which ${n.telling} throw or are not plain, ${n.missing} need what CouchDB lacks, `
  + `${n.refused} are refused as a whole; ${n.known} differ as known, ${n.different} otherwise`;
for (const [family, entry] of families) {
  console.log(line(family, entry));
  // Of a family that CouchDB lacks altogether nothing can be compared.
  const compared = entry.all - entry.missing;
  if (compared && compared < least) faults.push(`${family} has ${compared} expressions that CouchDB knows, ${least} are wanted`);
}
for (const [{ what, cause }, times] of explained) console.log(`known: ${what} (${cause}): ${times}`);
console.log(line('all', total));
if (known.length > mostKnown) faults.push(`${known.length} kinds of differences are known, at most ${mostKnown} may be`);
if (total.different) faults.push(`${total.different} differ in ways that known.mjs does not explain`);
if (total.telling * 3 < total.all) faults.push(`${total.telling} of ${total.all} throw or are not plain, a third is wanted`);
if (total.refused * 100 > total.all) faults.push(`${total.refused} are refused as a whole: does the CouchDB answer at all?`);
for (const fault of faults) console.log(`fault: ${fault}`);

if (file && !faults.length) {
  const sample = [];
  for (let turn = 0; sample.length < sampled; turn++) {
    for (const { same } of families.values()) {
      // In turn anything, and something that throws or is not plain.
      const at = turn % 2 ? same.findIndex((each) => tells(each.result)) : 0;
      const [each] = same.splice(Math.max(at, 0), 1);
      if (each && sample.length < sampled) sample.push(each);
    }
  }
  writeFileSync(file, '[\n' + sample.map((each) => JSON.stringify(each)).join(',\n') + '\n]\n');
  console.log(`${sample.length} recorded, ${sample.filter((each) => tells(each.result)).length} throw or are not plain`);
}
process.exit(faults.length ? 1 : 0);
