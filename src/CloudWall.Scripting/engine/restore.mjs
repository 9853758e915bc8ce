// Brings the packages of package-lock.json, once: of several builds that come here at a time, one does it and the others wait.
// Usage: node restore.mjs STAMP
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
    takeAway();
    return false;
  }
}

/** Removes a lock that was left behind by a build that was ended. */
function takeAway() {
  try {
    const id = Number(readFileSync(lock, 'utf8'));
    const age = Date.now() - statSync(lock).mtimeMs;
    // Its process is gone; or it never wrote its id; or another process has its id by now: nothing takes so long.
    if (id && isRunning(id) ? age > 15 * 60_000 : id || age > 60_000) {
      // Of several that come here one gets it, and none gets a lock that is made meanwhile.
      const mine = `${lock}.${process.pid}`;
      renameSync(lock, mine);
      if (Number(readFileSync(mine, 'utf8')) === id) {
        rmSync(mine);
      } else {
        linkSync(mine, lock);
        rmSync(mine);
      }
    }
  } catch (e) {
    // It has just gone.
    if (e.code !== 'ENOENT' && e.code !== 'EEXIST') throw e;
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
