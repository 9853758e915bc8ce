// Documents to synchronise, the same ones for the same seed. Runs in Node and in a browser.

/** Random numbers from a seed (mulberry32): the next one below `limit`. */
export function random(seed) {
  let state = seed >>> 0;
  return limit => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** So many bytes that do not compress. */
export function bytes(seed, length) {
  const next = random(seed);
  const data = new Uint8Array(length);
  const words = new Uint32Array(data.buffer, 0, length >> 2);
  for (let i = 0; i < words.length; i++) words[i] = next(0x100000000);
  for (let i = words.length << 2; i < length; i++) data[i] = next(256);
  return data;
}

export function base64(data) {
  let text = '';
  for (let i = 0; i < data.length; i += 0x8000) text += String.fromCharCode(...data.subarray(i, i + 0x8000));
  return btoa(text);
}

const WORDS = 'sea Straße 雪 naïve "quoted" back\\slash \u0001 tab\t 😀 год / + %2F & <b>'.split(' ');
const TYPES = ['application/octet-stream', 'image/png', 'text/plain', 'application/json', 'text/html'];

/** Documents `prefix`-0001 …, each with members of every JSON type and one or two attachments. */
export function documents(seed, count, prefix) {
  const next = random(seed);
  const text = n => Array.from({ length: n }, () => WORDS[next(WORDS.length)]).join(' ');
  return Array.from({ length: count }, (_, i) => {
    const attachments = {};
    for (let a = next(4) ? 1 : 2; a > 0; a--) {
      const type = TYPES[next(TYPES.length)];
      const data = type.startsWith('text/') || type.endsWith('json') ? new TextEncoder().encode(text(1 + next(100))) : bytes(next(1e9), 1 + next(1500));
      attachments[`${a === 1 ? 'file' : 'ordner/ein bild'}.${type.split('/')[1]}`] = { content_type: type, data: base64(data) };
    }
    return {
      _id: `${prefix}-${String(i + 1).padStart(4, '0')}`,
      kind: 'sample',
      number: i,
      fraction: next(1000) / 7,
      text: text(3 + next(40)),
      flag: next(2) === 0,
      nothing: null,
      tags: Array.from({ length: next(5) }, () => text(1)),
      nested: { [text(1)]: { deep: [next(10), { deeper: text(2) }] }, empty: {}, list: [] },
      _attachments: attachments,
    };
  });
}
