// Measures Mango beside views and listings of the same documents:  node mango.mjs http://admin:password@127.0.0.1:5984 PID
// PID is the server's, whose processor time is read from /proc. Makes the database `bench` anew.
import fs from 'node:fs';
import http from 'node:http';

const [, , base, pid] = process.argv;
const url = new URL(base);
const documents = 60_000;
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const authorization = 'Basic ' + btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
const headers = { 'content-type': 'application/json', authorization };

const call = (method, path, body) => new Promise((resolve, reject) => {
  const request = http.request({ host: url.hostname, port: url.port, method, path, agent, headers }, answer => {
    answer.resume();
    answer.on('end', resolve);
  });
  request.on('error', reject);
  request.end(body && JSON.stringify(body));
});

/** The server's processor time in milliseconds. */
const processor = () => {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const measure = async work => {
  const [before, began] = [processor(), Date.now()];
  await work();
  return { time: Date.now() - began, processor: processor() - before };
};

/** The middle of five runs. */
const middle = async work => {
  const runs = [];
  for (let i = 0; i < 5; i++) runs.push(await measure(work));
  return runs.sort((a, b) => a.processor - b.processor)[2];
};

/** Requests a second, over eight connections. */
const rate = async work => {
  const end = Date.now() + 4000;
  let count = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (; Date.now() < end; count++) await work();
  }));
  return count / 4;
};

const text = 'lorem ipsum dolor sit amet consectetur '.repeat(8);
await call('DELETE', '/bench');
await call('PUT', '/bench?q=1&n=1');
for (let first = 0; first < documents; first += 1000) {
  await call('POST', '/bench/_bulk_docs', {
    docs: Array.from({ length: 1000 }, (_, i) => ({
      _id: 'd' + String(first + i).padStart(7, '0'), n: first + i, g: (first + i) % 200, type: 'note', name: `name ${first + i}`, text,
    })),
  });
}

const show = (name, value) => console.log(name.padEnd(60), value);
const find = (selector, limit) => call('POST', '/bench/_find', { selector, limit });
await call('PUT', '/bench/_design/v', { views: { g: { map: 'function (doc) { emit(doc.g, null); }' } } });
show('index build, ms', (await measure(async () => {
  await call('POST', '/bench/_index', { index: { fields: ['g'] }, ddoc: 'm', name: 'g' });
  await find({ g: 1 }, 1);
})).time);
await call('GET', '/bench/_design/v/_view/g?limit=1');
const group = () => Math.floor(Math.random() * 200);
const view = await rate(() => call('GET', `/bench/_design/v/_view/g?key=${group()}&limit=25&include_docs=true`));
const found = await rate(() => find({ g: group() }, 25));
show('indexed _find of 25, a second', found);
show('  by the rate of the view with include_docs', (found / view).toFixed(2));
const all = await middle(() => call('GET', '/bench/_all_docs?include_docs=true'));
const scan = await middle(() => find({ n: { $gt: documents - 300 }, name: { $gt: 'a' } }, 1000));
show('scan of which 0.5 % match, ms', scan.time);
show('  by the processor time of _all_docs with include_docs', (scan.processor / all.processor).toFixed(2));
const changes = await middle(() => call('GET', '/bench/_changes?include_docs=true'));
const selected = await middle(() =>
  call('POST', '/bench/_changes?filter=_selector&include_docs=true', { selector: { type: { $ne: 'leaf' } } }));
show('_selector feed with documents, by the rate of the unfiltered', (changes.time / selected.time).toFixed(2));
agent.destroy();
