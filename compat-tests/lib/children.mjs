// Child processes, none of which outlives the tests.
import { spawn } from 'node:child_process';
import net from 'node:net';
import { PATIENCE } from './wait.mjs';

const running = new Set();

const endAll = () => {
  for (const child of running) child.kill('SIGKILL');
};
process.on('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    endAll();
    process.exit(1);
  });
}

/** Starts a program; resolves when a line of its output matches `ready`, with the match as `match`. */
export async function startProgram(command, args, { env = {}, cwd, ready, cap = PATIENCE }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  const exited = new Promise(resolve => {
    child.once('error', error => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const match = await new Promise((resolve, reject) => {
    const fail = why => {
      child.kill('SIGKILL');
      reject(new Error(`${command} ${args.join(' ')} ${why}:\n${output}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${cap / 1000} s`), cap);
    const listen = chunk => {
      output = (output + chunk).slice(-20_000);
      const found = ready.exec(output);
      if (found) {
        clearTimeout(timer);
        resolve(found);
      }
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    exited.then(({ code, signal, error }) => {
      clearTimeout(timer);
      fail(error ? `could not be started (${error.message})` : `ended with ${code ?? signal}`);
    });
  });
  return {
    match,
    pid: child.pid,
    output: () => output,
    isRunning: () => running.has(child),
    /** Sends the signal and waits for the end; gives `{ code, signal }`. */
    async end(signal = 'SIGTERM', patience = PATIENCE) {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), patience);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/**
 * A port that was free a moment ago, and is free again after whoever listens there was away: it is none of those (32768 and up, 49152 and up)
 * that systems give to whoever asks for any, such as each connection.
 */
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const server = net.createServer();
    const isFree = await new Promise(resolve => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isFree) {
      await new Promise(resolve => server.close(resolve));
      return port;
    }
  }
}
