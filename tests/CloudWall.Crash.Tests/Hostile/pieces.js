// Statements that mean harm. Each begins with a line "//# NAME" and is put into the body of a function of each kind.
// They try to run for ever, to take all memory, to overflow a stack, to escape, to spoil what others share, or to say nonsense.

//# for ever: empty loop
for (;;) {}
//# for ever: loop that catches what ends it
for (;;) { try { for (;;) {} } catch (e) {} finally { continue; } }
//# for ever: finally that begins anew
(function again() { try { for (;;) {} } finally { again(); } })();
//# for ever: do while with labels
outer: do { do { continue outer; } while (true); } while (true);
//# for ever: iterator without end, spread
var endless = {}; endless[Symbol.iterator] = function () { return { next: function () { return { done: false, value: 1 }; } }; }; Math.max(...endless);
//# for ever: iterator without end, destructured
var endless = {}; endless[Symbol.iterator] = function () { return { next: function () { return { done: false, value: 1 }; } }; }; var [...all] = endless;
//# for ever: iterator whose end is refused
var it = {}; it[Symbol.iterator] = function () { return { next: function () { return { done: false }; }, 'return': function () { for (;;) {} } }; }; for (var x of it) { break; }
//# for ever: generator delegating to itself
function* g() { for (;;) { yield* [1, 2, 3]; } } for (var x of g()) {}
//# for ever: yield* chain
function* nest(n) { if (n > 0) { yield* nest(n - 1); } yield n; } for (;;) { for (var v of nest(200)) {} }
//# for ever: getter
({ get x() { for (;;) {} } }).x;
//# for ever: setter
({ set x(v) { for (;;) {} } }).x = 1;
//# for ever: valueOf in arithmetic
1 + { valueOf: function () { for (;;) {} } };
//# for ever: toString in concatenation
'' + { toString: function () { for (;;) {} } };
//# for ever: Symbol.toPrimitive in a comparison
var o = {}; o[Symbol.toPrimitive] = function () { for (;;) {} }; o < 1;
//# for ever: proxy traps
var p = new Proxy({}, { has: function () { for (;;) {} } }); 'x' in p;
//# for ever: proxy ownKeys
Object.keys(new Proxy({}, { ownKeys: function () { for (;;) {} } }));
//# for ever: proxy as a prototype
var o = Object.create(new Proxy({}, { get: function (t, k, r) { return r[k]; } })); o.x;
//# for ever: comparator of sort
[3, 1, 2].sort(function () { for (;;) {} });
//# for ever: comparator that lies
var a = []; for (var i = 0; i < 5e5; i++) a.push(i); for (;;) a.sort(function () { return Math.random() - 0.5; });
//# for ever: callback of replace
'aaaa'.replace(/a/g, function () { for (;;) {} });
//# for ever: reviver of JSON
JSON.parse('[1,2,3]', function () { for (;;) {} });
//# for ever: replacer of JSON
JSON.stringify({ a: 1 }, function () { for (;;) {} });
//# for ever: toJSON
JSON.stringify({ toJSON: function () { for (;;) {} } });
//# for ever: toJSON that gives itself anew
JSON.stringify({ toJSON: function () { return { a: { toJSON: this.toJSON }, b: [{ toJSON: this.toJSON }] }; } });
//# for ever: array-like of nearly endless length
Array.prototype.indexOf.call({ length: Number.MAX_SAFE_INTEGER }, 1);
//# for ever: map over nearly endless length
Array.prototype.map.call({ length: 4294967295 }, Number);
//# for ever: fill of an array-like
Array.prototype.fill.call({ length: Number.MAX_SAFE_INTEGER }, 1);
//# for ever: reverse of a sparse array
var a = []; a.length = 4294967295; a.reverse();
//# for ever: join of a sparse array
var a = []; a.length = 4294967295; a.join('');
//# for ever: shift of a large array
var a = new Array(3e5).fill(1); for (;;) { a.unshift(0); a.shift(); }
//# for ever: splice
var a = new Array(1e6).fill(1); for (;;) { a.splice(0, 1); a.splice(0, 0, 1); }
//# for ever: numbers out of long strings
var s = '1'.repeat(4e6); new Array(1e4).fill(s).map(Number);
//# for ever: parseFloat of long strings
var s = '1'.repeat(4e6); new Array(1e4).fill(s).map(parseFloat);
//# for ever: indexOf of equal long strings
var a = 'x'.repeat(4e6) + 'y', b = 'x'.repeat(4e6) + 'z'; new Array(1e5).fill(a).indexOf(b);
//# for ever: search of one long string in another
'a'.repeat(4e6).indexOf('a'.repeat(2e6) + 'b');
//# for ever: split by a pattern
for (;;) 'ab'.repeat(1e6).split(/(?:)/);
//# for ever: upper case of long strings
var s = 'ß'.repeat(2e6); for (;;) [s, s, s, s].forEach(function (x) { x.toUpperCase(); });
//# for ever: encoding of long strings
var s = '€'.repeat(2e6); for (;;) encodeURIComponent(s);
//# for ever: normalisation of long strings
var s = '\u1e9b\u0323'.repeat(1e6); for (;;) { s.normalize('NFKD'); s.normalize('NFC'); }
//# for ever: comparison by locale
var a = 'ä'.repeat(2e6) + 'a', b = 'ä'.repeat(2e6) + 'b'; for (;;) a.localeCompare(b);
//# for ever: date of a long string
var s = '2020-01-01'.repeat(1e5); for (;;) Date.parse(s);
//# for ever: padding
for (;;) 'x'.padStart(8e6, 'yz').length;
//# pattern: nested quantifiers
/^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!');
//# pattern: alternatives that overlap
/^(a|a|a|aa)+$/.test('a'.repeat(60) + '!');
//# pattern: back references
/^(.*)\1(.*)\2(.*)\3$/.test('x'.repeat(3000) + 'y');
//# pattern: lookbehind
/(?<=(a+)+b)c/.test('a'.repeat(3000));
//# pattern: sticky and unicode
var r = /(\p{L}+\s?)+$/uy; for (;;) { r.lastIndex = 0; r.test('ä '.repeat(2000) + '1'); }
//# pattern: deep groups
new RegExp('('.repeat(1e5) + 'a' + ')'.repeat(1e5)).test('a');
//# pattern: counted repetitions
new RegExp('((a{1,1000}){1,1000}){1,1000}').test('a'.repeat(1e4));
//# pattern: large classes
new RegExp('[' + Array.from({ length: 60000 }, function (x, i) { return String.fromCharCode(i + 0x100); }).join('') + ']{1,1000}', 'iu').test('x');
//# pattern: replacement that grows
var s = 'a'; for (;;) s = s.replace(/a/g, '$&$&$`$\'');
//# memory: string doubled
var s = 'x'; for (;;) s += s;
//# memory: string repeated
var l = []; for (;;) l.push('x'.repeat(1e7) + l.length);
//# memory: join of long strings
new Array(400).fill('1'.repeat(8e6)).join('');
//# memory: String.raw
var s = '1'.repeat(8e6); String.raw({ raw: new Array(400).fill(s) });
//# memory: template of long strings
var s = '1'.repeat(8e6), t = ''; for (;;) t = `${t}${s}${s}`;
//# memory: concat of arrays
var a = new Array(4e6).fill(1); [].concat.apply([], new Array(1000).fill(a));
//# memory: flat
var a = [1]; for (var i = 0; i < 40; i++) a = [a, a]; a.flat(Infinity);
//# memory: objects
var l = []; for (;;) l.push({ a: l.length, b: { c: [l.length] } });
//# memory: closures
var f = null; for (;;) f = (function (g) { return function () { return g; }; })(f);
//# memory: map
var m = new Map(); for (var i = 0; ; i++) m.set({}, i);
//# memory: set of strings
var m = new Set(); for (var i = 0; ; i++) m.add('k'.repeat(1000) + i);
//# memory: symbols
var o = {}; for (var i = 0; ; i++) o[Symbol(i)] = i;
//# memory: members of one object
var o = {}; for (var i = 0; ; i++) o['k' + i] = i;
//# memory: array with holes made dense
var a = []; a[4e8] = 1; a.fill(0); for (;;) a.push(1);
//# memory: typed arrays
var l = []; for (;;) l.push(new Float64Array(1e6).fill(1));
//# memory: one huge buffer
new ArrayBuffer(0x7fffffff); new Uint8Array(4e9);
//# memory: resizable buffer
var b = new ArrayBuffer(8, { maxByteLength: 1e9 }); for (var n = 8; ; n *= 2) { b.resize(n); new Uint8Array(b).fill(1); }
//# memory: BigInt
var b = 1n; for (;;) b = (b << 100000n) + 1n;
//# memory: power of BigInt
(2n ** 10000000n) ** 100n;
//# for ever: product of BigInts
var b = 3n ** 2000000n; for (;;) (b * b) % 1000007n;
//# for ever: BigInt as text
var b = 7n ** 3000000n; for (;;) b.toString();
//# for ever: text as BigInt
BigInt('9'.repeat(7e6));
//# memory: arguments
(function f() { f.apply(null, new Array(6e5).fill(1)); })();
//# memory: errors with stacks
var l = []; (function f(n) { l.push(new Error('x'.repeat(1000)).stack); if (n) f(n - 1); for (;;) l.push(new Error('y').stack); })(200);
//# memory: promises
var p = Promise.resolve(1); for (;;) p = p.then(function () { return new Promise(function () {}); });
//# memory: weak references
var l = []; for (;;) l.push(new WeakRef({ a: new Array(100) }));
//# memory: logged
for (;;) log('x'.repeat(1e6));
//# memory: logged objects
for (;;) log({ a: new Array(1e4).fill('x') });
//# memory: JSON text
var o = 'x'.repeat(1e6); for (;;) o = JSON.stringify([o, o]);
//# memory: JSON that escapes
JSON.stringify(new Array(100).fill('\u0001'.repeat(2e6)));
//# memory: escapes
var s = '\u20ac'.repeat(2e6); var l = []; for (;;) l.push(escape(s));
//# stack: plain recursion
(function f() { f(); })();
//# stack: recursion that catches
(function f() { try { f(); } catch (e) { f(); } })();
//# stack: recursion in a constructor
(function C() { new C(); new C(); })();
//# stack: Array.from
(function () { return Array.from([1], function f() { return Array.from([1], f); }); })();
//# stack: map in map
(function f() { [1].map(f); })();
//# stack: sort in sort
(function f() { [2, 1].sort(f); })();
//# stack: replace in replace
(function f() { 'a'.replace('a', f); })();
//# stack: getter of itself
var o = { get x() { return this.x; } }; o.x;
//# stack: toString of itself
var o = { toString: function () { return '' + o; } }; '' + o;
//# stack: message of an error that is itself
var e = new Error('x'); e.message = e; '' + e; e.toString();
//# stack: chain of bound functions
var f = function () {}; for (var i = 0; i < 2e5; i++) f = f.bind(null); f();
//# stack: call of call
var f = Function.prototype.call; for (var i = 0; i < 2e5; i++) f = f.bind(Function.prototype.call); f();
//# stack: proxies in a row
var p = {}; for (var i = 0; i < 2e5; i++) p = new Proxy(p, {}); p.x; Object.keys(p); p instanceof Object;
//# stack: prototypes in a row
var o = {}; for (var i = 0; i < 5e5; i++) o = Object.create(o); o.missing; for (var k in o) {}
//# stack: deep arrays as text
var a = []; for (var i = 0; i < 3e5; i++) a = [a]; '' + a;
//# stack: deep objects as JSON
var o = {}; for (var i = 0; i < 5e5; i++) o = { o: o }; JSON.stringify(o);
//# stack: deep JSON parsed
JSON.parse('['.repeat(2e6) + ']'.repeat(2e6));
//# stack: deep JSON with a reviver
JSON.parse('['.repeat(1e5) + ']'.repeat(1e5), function (k, v) { return v; });
//# stack: deep source
(0, eval)('('.repeat(1e5) + '1' + ')'.repeat(1e5));
//# stack: deep source of functions
(0, eval)('function f(){'.repeat(5e4) + '}'.repeat(5e4));
//# stack: long chain of operators
(0, eval)('1' + '+1'.repeat(1e6));
//# stack: long chain of members
(0, eval)('var a={};a' + '?.a'.repeat(3e5));
//# stack: template nesting
(0, eval)('`${'.repeat(3e4) + '1' + '}`'.repeat(3e4));
//# stack: destructuring
(0, eval)('var ' + '['.repeat(5e4) + 'x' + ']'.repeat(5e4) + '=[]');
//# stack: delegating generators
function* g() { yield* g(); } g().next();
//# stack: long chain of generators
var g = (function* () { yield 1; })(); for (var i = 0; i < 2e5; i++) g = (function* (h) { yield* h; })(g); g.next();
//# stack: asynchronous recursion
(async function f() { await f(); })();
//# stack: freed in a row
var o = null; for (var i = 0; i < 3e6; i++) o = { next: o }; o = null;
//# stack: toLocaleString
var a = []; for (var i = 0; i < 2e5; i++) a = [a]; a.toLocaleString();
//# stack: symbol species
class A extends Array { static get [Symbol.species]() { return A[Symbol.species]; } } new A(1, 2).map(function (x) { return x; });
//# stack: instanceof by a bound chain
var f = function () {}; f.prototype = {}; for (var i = 0; i < 2e5; i++) f = f.bind(); ({}) instanceof f;
//# stack: extending classes
var C = class {}; for (var i = 0; i < 1e5; i++) C = class extends C {}; new C();
//# code: made without end
for (var i = 0; ; i++) new Function('return ' + i)();
//# code: large source
(0, eval)('[' + '1,'.repeat(4e6) + ']');
//# code: many functions
(0, eval)('function f(){}'.repeat(3e5));
//# code: eval in eval
(function f(s) { eval(s); })('for(;;){}');
//# code: constructor of functions
(function () {}).constructor('for(;;);')();
//# code: constructors of other functions
Object.getPrototypeOf(async function () {}).constructor('for(;;);')(); Object.getPrototypeOf(function* () {}).constructor('for(;;);')().next();
//# code: import
import('fs').then(function () { for (;;) {} });
//# later: endless microtasks
(function again() { Promise.resolve().then(again); })();
//# later: endless asynchronous generator
(async function () { for await (var x of (async function* () { for (;;) yield 1; })()) {} })();
//# later: thenable that never settles
Promise.resolve({ then: function (f) { for (;;) {} } });
//# later: finalisers
var r = new FinalizationRegistry(function () { for (;;) {} }); for (var i = 0; i < 1e5; i++) r.register({}, i);
//# waits: Atomics
Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0);
//# waits: Date
var t = Date.now(); while (Date.now() < t + 1e7) {}
//# spoils: arrays
Array.prototype.push = function () { throw 1; }; Array.isArray = function () { return 1; }; Array.prototype[Symbol.iterator] = function () { for (;;) {} };
//# spoils: JSON
JSON.stringify = function () { return '"spoiled"'; }; JSON.parse = function () { for (;;) {} };
//# spoils: objects
Object.defineProperty(Object.prototype, '_id', { get: function () { return 'spoiled'; }, set: function () {} }); Object.prototype.toJSON = function () { return 'spoiled'; };
//# spoils: what functions are given
try { emit = send = getRow = start = provides = sum = log = isArray = toJSON = require = null; } catch (e) {}
//# spoils: the global object
var all = (function () { return this; })() || globalThis; Object.getOwnPropertyNames(all).forEach(function (k) { try { delete all[k]; } catch (e) {} });
//# spoils: functions
Function.prototype.call = Function.prototype.apply = function () { for (;;) {} }; Object.defineProperty(Function.prototype, 'name', { get: function () { for (;;) {} } });
//# spoils: frozen language
(function f(o) { Object.freeze(o); Object.getOwnPropertyNames(o).forEach(function (k) { var v; try { v = o[k]; } catch (e) {} if (v && (typeof v == 'object' || typeof v == 'function') && !Object.isFrozen(v)) f(v); }); })(globalThis);
//# spoils: strings and numbers
String.prototype.toString = Number.prototype.valueOf = RegExp.prototype.exec = function () { throw new Error('spoiled'); };
//# spoils: promises
Promise.prototype.then = function () { for (;;) {} }; Promise.resolve = null;
//# spoils: errors
Error.prototype.toString = function () { for (;;) {} }; Object.defineProperty(Error.prototype, 'message', { get: function () { for (;;) {} } }); throw new Error('x');
//# says: throws an object that runs for ever
throw { toString: function () { for (;;) {} }, get message() { for (;;) {} }, toJSON: function () { for (;;) {} } };
//# says: throws a proxy
throw new Proxy({}, { get: function () { for (;;) {} }, getPrototypeOf: function () { for (;;) {} } });
//# says: throws a long string
throw 'x'.repeat(2e7);
//# says: throws nothing much
throw undefined;
//# says: throws a symbol
throw Symbol('x');
//# says: throws in CouchDB's manner, with nonsense
throw ['error', 'x'.repeat(1e7), { a: 1n }];
//# says: throws fatal
throw { fatal: true, error: 'exit', reason: { toString: function () { for (;;) {} } } };
//# says: returns a proxy
return new Proxy(function () {}, { get: function () { for (;;) {} }, ownKeys: function () { for (;;) {} } });
//# says: returns something circular
var o = {}; o.o = o; return o;
//# says: returns a BigInt
return 1n;
//# says: returns halves of characters and NUL
return '\ud800\u0000\udc00' + String.fromCharCode(0, 1, 0xfffe, 0xffff);
//# says: returns a large string
return 'x'.repeat(3e7);
//# says: returns getters
return { get body() { for (;;) {} }, get headers() { return new Proxy({}, { ownKeys: function () { for (;;) {} } }); }, get code() { for (;;) {} } };
//# says: returns headers that break lines
return { code: 1e9, headers: { 'X-A\r\nX-B': 'c\r\nSet-Cookie: d', '': '', 'Content-Length': '-1', 'Transfer-Encoding': 'chunked' }, body: { a: 1 } };
//# says: returns a body that is no base64
return { code: 200, base64: '\u0000=*'.repeat(1e5), body: 'x', json: { a: 1 } };
//# says: returns an array-like of endless length
return { length: Number.MAX_SAFE_INTEGER, body: new Array(1e7) };
//# says: emits much
for (var i = 0; i < 1e6; i++) { if (typeof emit == 'function') emit('k'.repeat(1000) + i, 'v'.repeat(1000)); else log('v'); }
//# says: emits large values
for (;;) { if (typeof emit == 'function') emit(1, 'v'.repeat(1e6)); else log('v'.repeat(1e6)); }
//# says: emits later
if (typeof emit == 'function') { var e = emit; Promise.resolve().then(function () { for (;;) e(1, 1); }); }
//# says: emits itself
if (typeof emit == 'function') { var o = {}; o.o = o; emit(o, o); emit(emit, globalThis); }
//# says: sends much
for (;;) { if (typeof send == 'function') send('x'.repeat(1e6)); else log('x'); }
//# says: keeps what it is given
globalThis.kept = globalThis.kept || []; for (var i = 0; i < 1e5; i++) kept.push(new Array(100).fill(arguments)); if (typeof getRow == 'function') { var r; while ((r = getRow())) { kept.push('x'.repeat(1e6) + r.id); } }
//# says: asks for modules without end
for (var i = 0; ; i++) { try { require('a' + i); } catch (e) {} try { require('../'.repeat(1e4)); } catch (e) {} }
//# reaches: constructor of constructors
this.constructor.constructor('return process')().exit(1);
//# reaches: files and nets
require('fs').readFileSync('/etc/passwd'); new XMLHttpRequest(); fetch('http://127.0.0.1/'); std.open('/etc/passwd'); os.exec(['true']);
