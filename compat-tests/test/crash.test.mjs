// What the node acknowledged is there after it was killed.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startNode } from '../lib/node.mjs';
import { until } from '../lib/wait.mjs';
import { withoutCredentials } from '../shared/peers.mjs';

const WRITERS = 8;
const KILLS = 3;
const skip = process.env.CLOUDWALL_URL ? 'the server at CLOUDWALL_URL is not ours to kill' : false;

it('every write that was acknowledged survives kill -9', { skip, timeout: 600_000 }, async t => {
  const node = await startNode(work => t.after(work));
  const { href, headers } = withoutCredentials(node.database('things'));
  const ask = (path, method, body) => fetch(href + path, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.equal((await ask('', 'PUT')).status, 201);

  const acknowledged = new Map();
  for (let kill = 1; kill <= KILLS; kill++) {
    const before = acknowledged.size;
    let killed = false;
    const write = async writer => {
      for (let i = 0; !killed; i++) {
        const id = `${kill}-${writer}-${i}`;
        try {
          const answer = await ask('/' + id, 'PUT', { writer, i, _attachments: { a: { content_type: 'image/png', data: btoa(id.repeat(50)) } } });
          const { rev } = await answer.json();
          if (answer.status === 201) acknowledged.set(id, rev);
        } catch (error) {
          // The node was killed with this request under way.
          if (!killed) throw error;
        }
      }
    };
    const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    await until('200 writes are acknowledged', () => acknowledged.size >= before + 200 || acknowledged.size);
    killed = true;
    await node.stop('SIGKILL');
    await writers;
    await node.start();

    const rows = (await (await ask('/_all_docs', 'GET')).json()).rows;
    const found = new Map(rows.map(row => [row.id, row.value.rev]));
    const lost = [...acknowledged].filter(([id, rev]) => found.get(id) !== rev);
    assert.deepEqual(lost, [], `${lost.length} of ${acknowledged.size} lost`);
    const attachment = await ask(`/${[...acknowledged.keys()].at(-1)}/a`, 'GET');
    assert.equal(await attachment.text(), [...acknowledged.keys()].at(-1).repeat(50));
  }
});
