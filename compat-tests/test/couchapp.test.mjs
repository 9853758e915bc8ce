// A couchapp in headless Chromium, from the node that has it, and from another one that it was replicated to.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { newContext, startChromium } from '../lib/browser.mjs';
import { pushCouchapp } from '../lib/couchapp.mjs';
import { startNode } from '../lib/node.mjs';
import { withoutCredentials } from '../shared/peers.mjs';

// As in CouchDB, the pages that functions make may run nothing and send nothing until an administrator says otherwise.
const TRUSTING = '[csp]\nshowlist_header_value = sandbox allow-scripts allow-forms allow-same-origin\n';

it('an address book is used in a browser, replicates with its data, and is used on the other node', { timeout: 600_000 }, async t => {
  const after = work => t.after(work);
  const [one, other] = [await startNode(after, TRUSTING), await startNode(after, TRUSTING)];
  const browser = await startChromium(after);
  const open = async database => {
    const { href, headers } = withoutCredentials(database);
    const context = await newContext(browser, { extraHTTPHeaders: { authorization: new Headers(headers).get('authorization') } });
    const page = await context.newPage();
    const home = `${href}/_design/addressbook/_rewrite/`;
    await page.goto(home);
    return {
      page,
      home,
      /** Clicks what leads elsewhere, and waits until that is there: it may have the same URL. */
      async go(selector) {
        await Promise.all([page.waitForNavigation(), page.click(selector)]);
      },
      names: () => page.locator('li').allTextContents(),
      async add(name, email) {
        await page.goto(home);
        await page.fill('input[name=name]', name);
        await page.fill('input[name=email]', email);
        await this.go('button');
      },
    };
  };

  await pushCouchapp('addressbook', one.database('book'));
  const book = await open(one.database('book'));
  await t.test('a form adds contacts, a list shows them in order', async () => {
    await book.add('Örsted', 'hans@example.org');
    await book.add('Ada <b>', 'ada@example.org');
    assert.equal(book.page.url(), book.home);
    assert.deepEqual(await book.names(), ['Ada <b>', 'Örsted']);
  });

  await t.test('attachments are its script and its style', async () => {
    assert.equal(await book.page.textContent('#count'), '2 contacts');
    assert.equal(await book.page.locator('h1').evaluate(h1 => getComputedStyle(h1).color), 'rgb(0, 64, 128)');
  });

  await t.test('a show has one of them', async () => {
    await book.go('li a');
    assert.match(book.page.url(), /\/_rewrite\/contact\/[0-9a-f]{32}$/);
    assert.equal(await book.page.textContent('h1'), 'Ada <b>');
    assert.equal(await book.page.textContent('#email'), 'ada@example.org');
    assert.equal(await book.page.textContent('#by'), 'admin');
  });

  const refusesNonsense = async app => {
    await app.add('Nobody', 'nowhere');
    assert.deepEqual(JSON.parse(await app.page.textContent('body')), { error: 'forbidden', reason: 'That is no address: nowhere' });
  };
  await t.test('validation refuses what is no contact', () => refusesNonsense(book));

  await t.test('replicated, it works on another node', async () => {
    const { href, headers } = withoutCredentials(one.url);
    const answer = await fetch(`${href}/_replicate`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ source: one.database('book'), target: other.database('book'), create_target: true }),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    const copy = await open(other.database('book'));
    assert.deepEqual(await copy.names(), ['Ada <b>', 'Örsted']);
    await copy.add('Zoë', 'zoe@example.org');
    assert.deepEqual(await copy.names(), ['Ada <b>', 'Örsted', 'Zoë']);
    assert.equal(await copy.page.textContent('#count'), '3 contacts');
    await refusesNonsense(copy);
  });
});
