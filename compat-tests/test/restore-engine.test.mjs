// The build step that brings the JavaScript engine (src/CloudWall.Scripting/engine/restore.mjs), with an npm that only counts.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../src/CloudWall.Scripting/engine/restore.mjs', import.meta.url));

/** A directory with the step, a lock file, and the npm; `run` runs the step there. */
function setUp(t, exitCode = 0) {
  const directory = mkdtempSync(join(tmpdir(), 'cloudwall-restore-'));
  t.after(() => rmSync(directory, { recursive: true }));
  copyFileSync(script, join(directory, 'restore.mjs'));
  writeFileSync(join(directory, 'package-lock.json'), '{}');
  writeFileSync(join(directory, 'npm'), `#!/bin/sh\necho x >> '${directory}/calls'\nsleep 0.3\nexit ${exitCode}\n`);
  chmodSync(join(directory, 'npm'), 0o755);
  return {
    lock: join(directory, '.restoring'),
    calls: () => (existsSync(join(directory, 'calls')) ? readFileSync(join(directory, 'calls'), 'utf8').length / 2 : 0),
    locks: () => readdirSync(directory).filter((name) => name.startsWith('.restoring')),
    run: () => new Promise((resolve) => {
      const env = { ...process.env, PATH: directory + delimiter + process.env.PATH };
      spawn(process.execPath, [join(directory, 'restore.mjs'), join(directory, 'stamp')], { env, stdio: 'ignore' }).on('exit', resolve);
    }),
  };
}

test('of several builds at a time one brings the packages, and the next has them', async (t) => {
  const step = setUp(t);
  assert.deepEqual(await Promise.all([step.run(), step.run(), step.run()]), [0, 0, 0]);
  assert.equal(await step.run(), 0);
  assert.equal(step.calls(), 1);
  assert.deepEqual(step.locks(), []);
});

test('a failure fails the build, and the next one tries again', async (t) => {
  const step = setUp(t, 1);
  assert.equal(await step.run(), 1);
  assert.equal(await step.run(), 1);
  assert.equal(step.calls(), 2);
  assert.deepEqual(step.locks(), []);
});

for (const [what, id, minutes] of [
  ['a process that has ended', '2147483646', 0],
  ['an id that another process has by now', `${process.pid}`, 20],
  ['nobody', '', 2],
]) {
  test(`a lock of ${what} is taken away, once`, async (t) => {
    const step = setUp(t);
    writeFileSync(step.lock, id);
    const then = new Date(Date.now() - minutes * 60_000);
    utimesSync(step.lock, then, then);
    assert.deepEqual(await Promise.all([step.run(), step.run()]), [0, 0]);
    assert.equal(step.calls(), 1);
    assert.deepEqual(step.locks(), []);
  });
}
