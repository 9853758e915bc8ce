// Replication checkpoints: the local documents that clients leave.
import { withoutCredentials } from '../shared/peers.mjs';

/** Id → the checkpoint, of a database behind HTTP. */
export async function checkpoints(url) {
  const { href, headers } = withoutCredentials(url);
  const answer = await fetch(`${href}/_local_docs?include_docs=true`, { headers });
  if (!answer.ok) throw new Error(`_local_docs: ${answer.status}`);
  return new Map((await answer.json()).rows.filter(row => row.doc.last_seq !== undefined).map(row => [row.id, row.doc]));
}
