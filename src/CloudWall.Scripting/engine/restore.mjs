// Brings the packages of package-lock.json, once: of several builds that come here at a time, one does it and the others wait.
// Usage: node restore.mjs STAMP
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
    closeSync(openSync(lock, 'wx'));
    return true;
  } catch (e) {
    if (e.code !== 'EEXIST') throw e;
    // Left behind by a build that was ended.
    try {
      if (Date.now() - statSync(lock).mtimeMs > 300_000) rmSync(lock, { force: true });
    } catch {
      // It has just gone.
    }
    return false;
  }
}

while (!tryLock()) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
}
try {
  if (!isDone()) {
    const run = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });
    if (run.status !== 0) {
      console.error('npm ci failed in ' + here);
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
