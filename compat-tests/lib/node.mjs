// The node under test: our own program, or for work on these tests any server, at CLOUDWALL_URL.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startProgram } from './children.mjs';
import { until } from './wait.mjs';
import { withoutCredentials } from '../shared/peers.mjs';

const ADMIN = 'admin';
const PASSWORD = 'a secret/with %';
const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../src/CloudWall.Server/bin');

/** Starts a node with empty data, and with settings as in an INI file. It is ended, and its data deleted, when the test or suite `t` ends. */
export async function startNode(after, settings = '') {
  const node = process.env.CLOUDWALL_URL ? new ForeignNode(process.env.CLOUDWALL_URL) : new OwnNode(settings);
  after(() => node.dispose());
  await node.start();
  return node;
}

/** Whether a node is where it is known to be. */
class Presence {
  #back = Promise.resolve();

  /** Ends when the node is where it is known to be, at once while it is there. */
  isBack() {
    return this.#back;
  }

  /** Runs what takes the node away and brings it back. */
  async away(work) {
    let done;
    this.#back = new Promise(resolve => { done = resolve; });
    try {
      await work();
    } finally {
      done();
    }
  }
}

class OwnNode extends Presence {
  #data = fs.mkdtempSync(path.join(os.tmpdir(), 'cloudwall-compat-'));
  #program;
  #port = 0;

  constructor(settings) {
    super();
    fs.writeFileSync(path.join(this.#data, 'local.ini'), settings);
  }

  /** URL with credentials, and the same for a database. */
  get url() {
    return `http://${encodeURIComponent(ADMIN)}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#port}`;
  }

  get pid() {
    return this.#program.pid;
  }

  database(name) {
    return `${this.url}/${name}`;
  }

  async start(port = this.#port) {
    port ||= await freePort();
    this.#program = await startProgram('dotnet', [program(), '--port', String(port), '--bind', '127.0.0.1', '--data', this.#data], {
      env: { COUCHDB_USER: ADMIN, COUCHDB_PASSWORD: PASSWORD },
      ready: /is listening on http:\/\/127\.0\.0\.1:(\d+)/,
    });
    this.#port = Number(this.#program.match[1]);
    await until('the node answers', async () => {
      // A connection to the one before may still be taken for one to this one.
      const up = await fetch(`http://127.0.0.1:${this.#port}/_up`);
      await up.arrayBuffer();
      return up.status === 200 || up.status;
    });
  }

  /** Ends the node; one that is asked to end must do so cleanly. */
  async stop(signal = 'SIGTERM') {
    const end = await this.#program.end(signal);
    if (signal === 'SIGTERM') assert.deepEqual(end, { code: 0, signal: null }, `the node did not end cleanly:\n${this.#program.output()}`);
  }

  /** Ends the node, lets `work` reach its data under another address, and starts it where it was. */
  async whileAway(work, signal = 'SIGTERM') {
    const port = this.#port;
    await this.away(async () => {
      await this.stop(signal);
      await this.start(await freePort());
      await work(this.url);
      await this.stop();
      await this.start(port);
    });
  }

  /** Ends the node, deletes its data, and starts it where it was. */
  async wipe() {
    await this.away(async () => {
      await this.stop();
      fs.rmSync(this.#data, { recursive: true });
      await this.start();
    });
  }

  async dispose() {
    if (this.#program?.isRunning()) await this.#program.end('SIGKILL');
    fs.rmSync(this.#data, { recursive: true, force: true });
  }
}

/** Some server, behind a gate that can be closed; it cannot be ended or wiped, so databases with a prefix stand for its data. */
class ForeignNode extends Presence {
  #server;
  #gate;
  #open = new Set();
  #port = 0;

  constructor(url) {
    super();
    this.#server = new URL(url);
  }

  get url() {
    const url = new URL(this.#server);
    url.hostname = '127.0.0.1';
    url.port = String(this.#port);
    return url.href.replace(/\/$/, '');
  }

  #prefix = `compat_${process.pid}_${Math.random().toString(36).slice(2, 8)}_`;

  database(name) {
    return `${this.url}/${this.#prefix}${name}`;
  }

  async start() {
    this.#gate = net.createServer(client => {
      const server = net.connect(Number(this.#server.port || 80), this.#server.hostname);
      for (const [one, other] of [[client, server], [server, client]]) {
        this.#open.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#open.delete(one);
          other.destroy();
        });
      }
    });
    this.#port ||= await freePort();
    await new Promise((resolve, reject) => {
      this.#gate.once('error', reject);
      this.#gate.listen(this.#port, '127.0.0.1', resolve);
    });
  }

  async stop() {
    const closed = new Promise(resolve => this.#gate.close(resolve));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  async whileAway(work) {
    await this.away(async () => {
      await this.stop();
      const port = this.#port;
      this.#port = 0;
      await this.start();
      await work(this.url);
      await this.stop();
      this.#port = port;
      await this.start();
    });
  }

  async wipe() {
    await this.stop();
    const { href, headers } = withoutCredentials(this.#server.href);
    for (const name of await (await fetch(`${href}/_all_dbs`, { headers })).json()) {
      if (name.startsWith(this.#prefix)) await fetch(`${href}/${encodeURIComponent(name)}`, { method: 'DELETE', headers });
    }
    await this.start();
  }

  async dispose() {
    if (!this.#gate.listening) await this.start();
    await this.wipe();
    await this.stop();
  }
}

/** cloudwall.dll: CLOUDWALL_DLL, or what was built last. */
function program() {
  if (process.env.CLOUDWALL_DLL) return process.env.CLOUDWALL_DLL;
  const built = ['Release', 'Debug']
    .map(configuration => path.join(SOURCE, configuration, 'net10.0', 'cloudwall.dll'))
    .filter(file => fs.existsSync(file))
    .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
  assert.ok(built.length > 0, 'build src/CloudWall.Server first, or set CLOUDWALL_DLL');
  return built[0];
}
