// Are two databases the same?
import assert from 'node:assert/strict';
import { until } from './wait.mjs';

const SHOWN = 5;

/**
 * Every document has the same winner and the same leaves on both sides, and every leaf the same history, body and attachments.
 * Peers come from shared/peers.mjs or lib/browser.mjs.
 */
export async function assertSameDatabase(a, b) {
  const [one, other] = [await a.describe(), await b.describe()];
  assert.ok(Object.keys(one.documents).length > 0, `${a.name} is empty`);
  const problems = [];
  // CouchDB's digest of a text attachment is that of its gzipped bytes, PouchDB's that of the plain ones.
  const plainDigests = a.kind !== b.kind;
  for (const id of new Set([...Object.keys(one.documents), ...Object.keys(other.documents)])) {
    try {
      assert.deepEqual(Object.keys(one.documents[id] ?? {}).sort(), Object.keys(other.documents[id] ?? {}).sort(), 'leaves');
      assert.equal(one.winning[id], other.winning[id], 'winner');
      for (const [rev, leaf] of Object.entries(one.documents[id])) {
        assert.deepEqual(comparable(leaf, plainDigests), comparable(other.documents[id][rev], plainDigests), `leaf ${rev}`);
      }
    } catch (problem) {
      problems.push(`${id}: ${problem.message}`);
    }
  }
  assert.equal(problems.length, 0, `${a.name} and ${b.name} differ in ${problems.length} documents:\n${problems.slice(0, SHOWN).join('\n')}`);
  return Object.keys(one.documents).length;
}

/** Waits until both have the same leaves, then compares everything. Returns how many documents there are. */
export async function converged(a, b, { alive = () => {} } = {}) {
  await until(`${a.name} and ${b.name} have the same leaves`, async () => {
    alive();
    const [one, other] = [await a.leaves(), await b.leaves()];
    const ids = Object.keys(one);
    const differing = ids.filter(id => String(one[id]) !== String(other[id]));
    const missing = Object.keys(other).filter(id => !(id in one));
    if (ids.length > 0 && differing.length === 0 && missing.length === 0) return true;
    return { unlike: differing.length + missing.length, such_as: differing[0] ?? missing[0] };
  }, { every: 400 });
  return assertSameDatabase(a, b);
}

function comparable(leaf, plainDigests) {
  if (!plainDigests) return leaf;
  const attachments = Object.fromEntries(Object.entries(leaf.attachments).map(([name, { digest, ...rest }]) =>
    [name, isCompressible(rest.content_type) ? rest : { ...rest, digest }]));
  return { ...leaf, attachments };
}

const isCompressible = type => /^text\/|^application\/(javascript|json|xml)/.test(type);
