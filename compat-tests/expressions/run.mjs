#!/usr/bin/env node
// Evaluates the same generated expressions in show functions of one or two servers.
//   node run.mjs URL_A URL_B SEED COUNT          prints where they differ, by family; exit status 1 where they do
//   node run.mjs --record FILE URL SEED COUNT    writes expressions and what URL made of them, COUNT in all, as even over the families as can be
// URLs hold an admin's credentials. A database expressions_… is made and deleted.
import { readFileSync, writeFileSync } from 'node:fs';
import { generate } from './generate.mjs';
import { known } from './known.mjs';

const template = readFileSync(new URL('describe.js', import.meta.url), 'utf8');
const batch = 40;

class Server {
  constructor(url) {
    const { username, password, origin } = new URL(url);
    this.origin = origin;
    this.headers = { authorization: 'Basic ' + Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64'), 'content-type': 'application/json' };
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

const plain = (result) => /^(-?\d|"|null$|true$|false$|undefined$|NaN$|-?Infinity$)/.test(result);

if (process.argv[2] === '--record') {
  const [file, url, seed, count] = process.argv.slice(3);
  const expressions = generate(Number(seed), Number(count) * 3).filter((each) => !known.some((kind) => kind.concerns(each)));
  const results = await new Server(url).all(expressions);
  const families = group(expressions, results);
  const sample = [];
  for (let turn = 0; sample.length < Number(count); turn++) {
    for (const list of families.values()) {
      // In turn anything, and something that throws or is not plain.
      const at = turn % 2 ? list.findIndex((each) => !plain(each.result)) : 0;
      const [each] = list.splice(Math.max(at, 0), 1);
      if (each && sample.length < Number(count)) sample.push(each);
    }
  }
  writeFileSync(file, '[\n' + sample.map((each) => JSON.stringify(each)).join(',\n') + '\n]\n');
  console.log(`${sample.length} recorded, ${sample.filter((each) => !plain(each.result)).length} throw or are not plain`);
} else {
  const [a, b, seed = '1', count = '1000'] = process.argv.slice(2);
  if (!b) { console.error('usage: run.mjs URL_A URL_B SEED COUNT'); process.exit(2); }
  const expressions = generate(Number(seed), Number(count));
  const [left, right] = await Promise.all([new Server(a).all(expressions), new Server(b).all(expressions)]);
  const counts = new Map();
  const explained = new Map();
  let differences = 0, other = 0;
  expressions.forEach(({ family, code }, i) => {
    const entry = counts.get(family) ?? counts.set(family, { all: 0, different: 0 }).get(family);
    entry.all++;
    if (!plain(right[i])) other++;
    const kind = left[i] !== right[i] && known.find((each) => each.concerns({ family, code }));
    if (kind) {
      explained.set(kind.what, (explained.get(kind.what) ?? 0) + 1);
    } else if (left[i] !== right[i]) {
      entry.different++;
      differences++;
      console.log(`${family}: ${code}\n  A ${left[i].slice(0, 400)}\n  B ${right[i].slice(0, 400)}`);
    }
  });
  for (const [family, { all, different }] of counts) console.log(`${family}: ${all}, ${different} differ`);
  for (const [what, times] of explained) console.log(`known: ${what}: ${times}`);
  console.log(`${expressions.length} expressions, ${other} throw or are not plain, ${differences} differ`);
  process.exit(differences ? 1 : 0);
}

function group(expressions, results) {
  const groups = new Map();
  expressions.forEach((each, i) => (groups.get(each.family) ?? groups.set(each.family, []).get(each.family)).push({ ...each, result: results[i] }));
  return groups;
}
