// Puts a couchapp, a folder of files, into a database: names are members, `.js` files functions or modules, `_attachments` a site.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutCredentials } from '../shared/peers.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../couchapps');
const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript' };

/** The design document that a folder stands for. */
export function readCouchapp(name) {
  const root = path.join(ROOT, name);
  const attachments = fs.readdirSync(path.join(root, '_attachments')).map(file => [file, {
    content_type: TYPES[path.extname(file)],
    data: fs.readFileSync(path.join(root, '_attachments', file)).toString('base64'),
  }]);
  return { _id: `_design/${name}`, language: 'javascript', ...members(root), _attachments: Object.fromEntries(attachments) };
}

/** Writes it into a database, which is created where it is not there. */
export async function pushCouchapp(name, database) {
  const { href, headers } = withoutCredentials(database);
  await fetch(href, { method: 'PUT', headers });
  const design = readCouchapp(name);
  const written = await fetch(`${href}/${design._id}`, { method: 'PUT', headers, body: JSON.stringify(design) });
  if (written.status !== 201) throw new Error(`${design._id}: ${written.status} ${await written.text()}`);
}

function members(folder) {
  return Object.fromEntries(fs.readdirSync(folder, { withFileTypes: true }).filter(entry => entry.name !== '_attachments').map(entry => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return [entry.name, members(file)];
    const text = fs.readFileSync(file, 'utf8');
    return [path.parse(entry.name).name, entry.name.endsWith('.json') ? JSON.parse(text) : text];
  }));
}
