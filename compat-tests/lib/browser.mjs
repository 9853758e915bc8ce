// A real browser, on a page from another origin than the node's.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { PATIENCE } from './wait.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const TYPES = { '.html': 'text/html; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };

const FILES = {
  '/': 'page/index.html',
  '/page.mjs': 'page/page.mjs',
  '/pouchdb.min.js': 'node_modules/pouchdb/dist/pouchdb.min.js',
  '/shared/peers.mjs': 'shared/peers.mjs',
  '/shared/sample.mjs': 'shared/sample.mjs',
};

/** Starts headless Chromium; it ends with `after`. */
export async function startChromium(after) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    timeout: PATIENCE,
  });
  after(() => browser.close());
  return browser;
}

/** A visitor's storage and pages in it, which may be as slow as the machine is. */
export async function newContext(browser, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  context.setDefaultNavigationTimeout(PATIENCE);
  return context;
}

/** Starts headless Chromium and a server for the page; both end with `after`. */
export async function startBrowser(after) {
  const server = http.createServer((request, response) => {
    const file = FILES[request.url];
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[path.extname(file)] });
    fs.createReadStream(path.join(ROOT, file)).pipe(response);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  after(() => new Promise(resolve => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  const browser = await startChromium(after);
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    version: browser.version(),
    /** A visitor with storage of its own. */
    async visitor(name) {
      const context = await newContext(browser);
      const page = await context.newPage();
      const errors = [];
      page.on('pageerror', error => errors.push(error.message));
      const load = async () => {
        await page.goto(origin + '/');
        await page.waitForFunction(() => window.ready === true);
      };
      await load();
      return {
        name,
        kind: 'pouchdb',
        errors,
        /** Calls a function of page/page.mjs. */
        call: (what, ...args) => page.evaluate(([fn, list]) => window.client[fn](...list), [what, args]),
        reload: load,
        close: () => context.close(),
        leaves() { return this.call('leaves'); },
        describe() { return this.call('describe'); },
      };
    },
  };
}
