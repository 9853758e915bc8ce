// Kinds of differences from CouchDB 3.5.0 that are not ours, each with its cause. CouchDB 3.5.0 has QuickJS as of 2025-04-30 (11d076f), the
// engine here that of 2025-12-22 (f113949); its file VERSION still says 2025-09-13. Commits and dates below are QuickJS's.
//
// A kind explains one difference only: it looks at the expression, at what it came to here and at what it came to there. A kind that takes
// anything as long as the expression looks right would hide faults of ours behind the engine's changes. Where the later engine follows the
// standard and the earlier one did not, V8 (the engine of Node) must agree with what came out here.
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';

const template = readFileSync(new URL('describe.js', import.meta.url), 'utf8');
const absent = '!TypeError: not a function';
const absentMember = "!TypeError: cannot read property 'call' of undefined";
const syntaxError = (message) => `!SyntaxError: ${message}`;
const jsonError = /^!\[object Error\]\{message:"(.*)",fileName:"<input>",lineNumber:\d+,columnNumber:\d+\}$/;
const invalidDate = /NaN|^null$|^"?Invalid Date"?$/;
const sums = new RegExp('^(-?\\d[\\d.e+-]*|NaN|!TypeError: (value is not iterable|not a number|not a function|'
  + "cannot read property 'Symbol.iterator' of (undefined|null)))$");
const ofTheLibrary = /^Math\.(a?(sin|cos|tan)h?|atan2|cbrt|exp|expm1|log|log2|log10|log1p|pow|hypot)\(|\*\*/;

/** Whether V8 makes the same of an expression. */
function standard(code, here) {
  const program = template.replace('/* EXPRESSIONS */', () => `attempt(() => (${code}));`);
  return JSON.parse(runInContext(`(${program})()`, createContext()))[0] === here;
}

/** A function that the earlier engine does not have: it says so, and here it gives what it has to, or an error of its own. */
const added = (call, own) => ({ code }, here, there) => call.test(code) && there === absent && own(here, code);

/** Whether two results are one number but for its last digits. */
function near(here, there) {
  const bits = new BigInt64Array(new Float64Array([Number(here), Number(there)]).buffer);
  const apart = bits[0] - bits[1];
  return /^-?\d/.test(here) && /^-?\d/.test(there) && apart >= -2n && apart <= 2n;
}

/** A number in half precision, rounded to even. */
function half(x) {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), -14), unit = 2 ** (exponent - 10);
  if (!Number.isFinite(x) || x === 0) return x;
  const units = Math.abs(x) / unit, low = Math.floor(units), odd = low % 2;
  const rounded = (units - low > 0.5 || (units - low === 0.5 && odd) ? low + 1 : low) * unit;
  return Math.sign(x) * (rounded > 65504 ? Infinity : rounded);
}

/** What methods of the set of 1, 2 and 3 come to, given one of 2. */
const withTwo = {
  union: '[object Set][object Array]{0:1,1:2,2:3,length:3}',
  intersection: '[object Set][object Array]{0:2,length:1}',
  difference: '[object Set][object Array]{0:1,1:3,length:2}',
  symmetricDifference: '[object Set][object Array]{0:1,1:3,length:2}',
  isSubsetOf: 'false',
  isSupersetOf: 'true',
  isDisjointFrom: 'false',
};

/** What JSON.parse says of one text: here, and there. Where it stops has moved as well. */
const jsonMessages = [
  ['Unexpected number', "unexpected token: '0'"],
  ['Unexpected number', 'unexpected data at the end'],
  ['Exponent part is missing a number', 'unexpected data at the end'],
  ['Bad control character in string literal', 'invalid character in a JSON string'],
  ['Unexpected end of JSON input', 'unexpected end of string'],
  ['Bad Unicode escape', 'malformed escape sequence in string literal'],
  // A sign at the end: what is named then is the NUL behind the text.
  ["Unexpected token '", "unexpected token: '-'"],
];

/** Texts that are no JSON and that the earlier engine took, and what is said of them here. */
const looseTexts = [
  [/^JSON\.parse\('-01'/, 'Unexpected number'],
  [/^JSON\.parse\('1\.'/, 'Unterminated fractional number'],
  [/^JSON\.parse\('"\\\\(v|x41)"'/, 'Bad escaped character'],
];

export const known = [
  {
    what: 'methods of Set that take another set',
    cause: 'a1e073e, 2025-09-20: added set methods',
    explains: added(/^new Set\(\[1,2,3\]\)\.\w+\(/, (here, code) =>
      here === (code.endsWith('([2])') ? '!TypeError: .size is not a number' : withTwo[/\.(\w+)\(/.exec(code)[1]])),
  },
  {
    what: 'getOrInsert and getOrInsertComputed of Map',
    cause: '456e016, 2025-09-27: added Map and WeakMap upsert methods',
    explains: added(/^\(m=>\[m\.getOrInsert(Computed)?\(/, (here) =>
      /^\[object Array\]\{0:.*,1:[45],2:\[object Array\]\{0:\[object Array\]\{0:1,1:"a",length:2\},.*length:3\}$/.test(here)
        || here === absent || here === '!RangeError: got'),
  },
  {
    what: 'Error.isError',
    cause: '098f221, 2025-06-14: added Error.isError()',
    explains: added(/^Error\.isError\(/, (here, code) => here === String(code === 'Error.isError(new Error("e"))')),
  },
  {
    what: 'Math.f16round and Math.sumPrecise',
    cause: 'a8b2d7c, 2025-05-05: added Float16Array; bc753c6, 2025-09-27: added Math.sumPrecise()',
    explains: added(/^Math\.(f16round|sumPrecise)\(/, (here, code) => {
      if (code.startsWith('Math.sumPrecise')) return sums.test(here);
      let argument;
      try {
        argument = runInContext(code.replace('Math.f16round', '((x)=>+x)'), createContext());
      } catch {
        return here.startsWith('!');
      }
      return Object.is(Number(here), half(argument));
    }),
  },
  {
    what: '-- of a BigInt that is not small',
    cause: 'not its version: where limbs have 64 bits, QuickJS adds 2^32-1 instead of -1; the module has limbs of 32',
    explains: ({ code }, here, there) => code.includes('--x') && code.includes('**70n') && here !== there && standard(code, here),
  },
  {
    what: 'last digits of what the C library computes',
    cause: 'not QuickJS: CouchDB has the library of its system, the module its own (musl)',
    explains: ({ code }, here, there) => ofTheLibrary.test(code) && near(here, there),
  },
  {
    what: 'what JSON.parse says of a text that it refuses',
    cause: '9bce51e, 2025-05-19: improved JSON parser conformity',
    explains: ({ code }, here, there) => code.includes('JSON.parse(')
      && jsonMessages.some(([later, earlier]) => later === jsonError.exec(here)?.[1] && earlier === jsonError.exec(there)?.[1]),
  },
  {
    what: 'texts that JSON.parse took though they are no JSON',
    cause: '9bce51e, 2025-05-19: improved JSON parser conformity',
    explains: ({ code }, here, there) => !there.startsWith('!')
      && looseTexts.some(([text, message]) => text.test(code) && jsonError.exec(here)?.[1] === message),
  },
  {
    what: 'the name of what is not a constructor',
    cause: '080c01f, 2025-11-03: more informative "not a constructor" error message',
    explains: (_, here, there) => there.includes('TypeError: not a constructor')
      && here.replace(/TypeError: [\w ]* is not a constructor/, 'TypeError: not a constructor') === there,
  },
  {
    what: 'new with an optional chain',
    cause: '3d92a9d, 2025-05-24: new keyword cannot be used with an optional chain',
    explains: ({ code }, here) => /new +\w+\?\./.test(code) && here === syntaxError('new keyword cannot be used with an optional chain'),
  },
  {
    what: 'zones in dates',
    cause: '0060876, 2025-09-29: "1997-03-08 11:19:10-0700" is valid, "1997-03-08T11:19:10-07" is not',
    explains: ({ code }, here, there) => {
      if (code.includes("'1997-03-08 11:19:10-0700'")) return standard(code, here) && !invalidDate.test(there);
      const short = "'1997-03-08T11:19:10-07'";
      return code.includes(short) && standard(code.replace(short, "'1997-03-08T11:19:10-07:00'"), there)
        && (invalidDate.test(here) || standard(code.replace(short, 'NaN'), here));
    },
  },
  {
    what: 'the flag v of regular expressions',
    cause: 'd7cdfdc, 2025-05-16: regexp: added v flag support',
    explains: ({ code }, here, there) => code.endsWith('.unicodeSets')
      ? there === 'undefined' && here === 'false'
      : /^new RegExp\(.*,'v'\)$/.test(code) && there === syntaxError('invalid regular expression flags')
        && here !== there && /^(\/.*\/v$|!SyntaxError: )/.test(here),
  },
  {
    what: 'modifiers in regular expressions',
    cause: 'f95b8ba, 2025-05-16: added regexp modifiers',
    explains: ({ code }, here, there) => /\(\?-?i:a\)/.test(code)
      && there === syntaxError('invalid group') && /^\/\(\?-?i:a\)\/[a-z]*$/.test(here),
  },
  {
    what: 'groups of one name in alternatives of a regular expression',
    cause: '24379bf, 2025-12-03: added regexp duplicate named groups',
    explains: ({ code }, here, there) => code.includes('(?<n>a)|(?<n>b)')
      && there === syntaxError('duplicate group name') && /^\/\(\?<n>a\)\|\(\?<n>b\)\/[a-z]*$/.test(here),
  },
  {
    what: 'what a group matched in an earlier round',
    cause: '24379bf, 2025-12-03: fixed reset of captures with quantizers',
    explains: ({ code }, here) => (code.includes('/(?:(a)|b)*/') || code.includes('/(z)((a+)?(b+)?(c))*/')) && standard(code, here),
  },
  {
    what: '\\x{ in regular expressions with the flag u',
    cause: '7bd1ae2, 2025-12-22: \\x{N} is a syntax error',
    explains: ({ code }, here, there) => code.includes("'\\\\x{1}'")
      && here === syntaxError('invalid escape sequence in regular expression') && /^\/\\x\{1\}\/[a-z]*$/.test(there),
  },
  {
    what: 'a match that begins within a surrogate pair',
    cause: 'a4ac84d, 2025-08-25: adjust lastIndex to leading surrogate when inside a surrogate pair',
    explains: ({ code }, here) => /r\.lastIndex=(1|'1'|1\.7);.*'a?😀a?'.*\/[a-z]*u[a-z]*\)$/.test(code) && standard(code, here),
  },
  {
    what: 'RegExp.escape',
    cause: 'c95b024, 2025-05-05: added RegExp.escape',
    explains: ({ code }, here, there) => code === 'RegExp.escape'
      ? there === 'undefined' && here === 'function "escape"/1'
      : code.startsWith('RegExp.escape') && (there === absent || there === absentMember)
        && here === (code.includes("'a')") ? '"\\\\x61"' : '!TypeError: not a string'),
  },
  {
    what: 'String.prototype.__quote',
    cause: '8a0a6e9, 2025-09-10: removed String.prototype.__quote()',
    explains: ({ code }, here, there) => code.includes('.__quote') && (here === absent || here === absentMember)
      && /^("|string of \d+$|!TypeError: (null or undefined are forbidden|cannot convert symbol to string|toPrimitive)$)/.test(there),
  },
  {
    what: 'the global Iterator',
    cause: '982b7aa, 2025-09-20: added the Iterator object',
    explains: ({ code }, here, there) => code.includes('typeof Iterator')
      ? here === '"function"' && there === '"undefined"'
      : /\.keys\(\)\.__proto__\.constructor$/.test(code)
        ? here === 'function "Iterator"/0' && there === 'function "Object"/1'
        : /^Object\.getPrototypeOf\(.*\.keys\(\)\.__proto__\)$/.test(code) && here === '[object Iterator]'
          && there === '[object Object]{Symbol(Symbol.iterator):function "[Symbol.iterator]"/0}',
  },
];
