// pouchdb-server, as npm installs it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { freePort, startProgram } from './children.mjs';

/** Starts a pouchdb-server with its databases in memory. Gives its URL. */
export async function startPouchDbServer(after) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cloudwall-pouchdb-server-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const manifest = createRequire(import.meta.url).resolve('pouchdb-server/package.json');
  const port = await freePort();
  const program = await startProgram(
    process.execPath,
    [path.join(path.dirname(manifest), 'bin/pouchdb-server'), '--host', '127.0.0.1', '--port', String(port), '--in-memory', '--no-color', '--config', path.join(folder, 'config.json')],
    { cwd: folder, ready: /navigate to http:\/\/127\.0\.0\.1:\d+\/_utils|has started on port/ },
  );
  after(() => program.end('SIGKILL'));
  return `http://127.0.0.1:${port}`;
}
