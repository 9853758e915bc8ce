// Brings the packages of package-lock.json, once: of several builds that come here at a time, one does it and the others wait.
// Usage: node restore.mjs STAMP
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const stamp = process.argv[2];
const lock = join(here, '.restoring');
const wanted = createHash('sha256').update(readFileSync(join(here, 'package-lock.json'))).digest('hex');
const isDone = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

function tryLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (e) {
    if (e.code !== 'EEXIST') throw e;
    try {
      // Left behind by a build that was ended: its process is gone, or never wrote its id.
      const id = Number(readFileSync(lock, 'utf8'));
      if (id ? !isRunning(id) : Date.now() - statSync(lock).mtimeMs > 60_000) rmSync(lock, { force: true });
    } catch {
      // It has just gone.
    }
    return false;
  }
}

function isRunning(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (e) {
    return e.code === 'EPERM';
  }
}

const npm = (...args) => spawnSync('npm', args, { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Install Node 20 or later (https://nodejs.org): this is ${process.version}.`);
  process.exit(1);
}
while (!tryLock()) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
}
try {
  if (!isDone()) {
    const run = npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
    if (run.status !== 0) {
      console.error(run.error?.code === 'ENOENT'
        ? 'Install npm: the build gets its JavaScript engine with it (https://nodejs.org).'
        : 'npm ci failed in ' + here);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(stamp), { recursive: true });
    }
  }
  if (process.exitCode !== 1) {
    // Written even where nothing was to be done, so that it is newer than the lock file.
    writeFileSync(stamp, wanted);
  }
} finally {
  rmSync(lock, { force: true });
}
