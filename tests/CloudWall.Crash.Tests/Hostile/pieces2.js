// More statements that mean harm, in the form of pieces.js, written by somebody who knows the engine's kind and CouchDB's protocol.
// What follows from the first word of a name:
//   endless   does not end by itself, so the function's own answer must not come
//   reaches   throws "REACHED …" when it got hold of something that it must not have
//   any other is answered somehow: with an answer that is whole, or with an error

//# endless: label out of finally
again: for (;;) { try { return 1; } finally { continue again; } }
//# endless: has trap of a with statement
with (new Proxy({}, { has: function () { for (;;) {} } })) { anything; }
//# endless: unscopables
var o = {}; o[Symbol.unscopables] = { get x() { for (;;) {} } }; o.x = 1; with (o) { x; }
//# endless: thenable that resolves to itself, and waits for it
var t = { then: function (r) { for (;;) {} } }; (async function () { await t; })(); for (;;) {}
//# endless: sort whose comparator grows what it sorts
var a = [3, 1, 2], n = 0; for (;;) a.sort(function (x, y) { if (n++ < 1e5) a.push(n); return n % 3 - 1; });
//# endless: sort of what never agrees
var a = []; for (var i = 0; i < 2e5; i++) a[i] = i; for (;;) a.sort(function () { return Math.random() - 0.5; });
//# endless: toSorted of typed arrays
var a = new Float64Array(4e5); for (;;) { a.forEach(function (x, i) { a[i] = Math.random(); }); a.sort(); }
//# endless: reviver that grows its holder
JSON.parse('{"a":1,"b":2}', function (k, v) { if (k == 'a') this.b = { a: 1, b: this }; return v; }); for (;;) {}
//# endless: array that a proxy makes long, as JSON
JSON.stringify(new Proxy([], { get: function (t, k) { return k == 'length' ? 4294967295 : 1; } })); for (;;) {}
//# endless: keys of a proxy
var p = new Proxy({}, { ownKeys: function () { return ['a']; }, getOwnPropertyDescriptor: function () { for (;;) {} } }); Object.keys(p);
//# endless: prototype of a proxy that is a proxy
var p = new Proxy({}, { getPrototypeOf: function () { return p; } }); p instanceof Array; for (;;) {}
//# endless: for in over what grows
var o = { a: 1 }, n = 0; for (;;) for (var k in o) { delete o[k]; o['k' + n++] = 1; }
//# endless: set of an iterator without end
new Set({ [Symbol.iterator]: function () { return { next: function () { return { done: false, value: 1 }; } }; } });
//# endless: Object.fromEntries without end
Object.fromEntries({ [Symbol.iterator]: function () { return { next: function () { return { done: false, value: ['a', 1] }; } }; } });
//# endless: Promise.all without end
Promise.all({ [Symbol.iterator]: function () { return { next: function () { return { done: false, value: 1 }; } }; } }); for (;;) {}
//# endless: Uint8Array.from without end
Uint8Array.from({ [Symbol.iterator]: function () { return { next: function () { return { done: false, value: 1 }; } }; } });
//# endless: helpers of iterators
var i = Iterator.from({ next: function () { return { done: false, value: 1 }; } }); i.drop(Infinity).next();
//# endless: Map over a map that grows
var m = new Map([[0, 0]]); m.forEach(function f(v, k) { m.delete(k); m.set(k + 1, 1); });
//# endless: methods of sets
new Set([1]).isSupersetOf({ size: 1, has: function () { return true;
  }, keys: function () { return { next: function () { return { done: false, value: 1 }; } }; } });
//# endless: lastIndexOf in an array-like
Array.prototype.lastIndexOf.call({ length: Number.MAX_SAFE_INTEGER }, 1);
//# endless: includes in an array-like
Array.prototype.includes.call({ length: Number.MAX_SAFE_INTEGER }, 1);
//# endless: copyWithin in an array-like
Array.prototype.copyWithin.call({ length: Number.MAX_SAFE_INTEGER }, 1, 0);
//# endless: splice in an array-like
Array.prototype.splice.call({ length: Number.MAX_SAFE_INTEGER }, 0, 1);
//# endless: unshift in an array-like
Array.prototype.unshift.call({ length: Number.MAX_SAFE_INTEGER - 1 }, 1);
//# endless: every over a sparse array
var a = []; a.length = 4294967295; for (;;) a.every(function () { return true; });
//# endless: set from an array-like
for (;;) new Uint8Array({ length: 1e6 });
//# endless: default value of a parameter
(function (a = (function () { for (;;) {} })()) {})();
//# endless: static block of a class
class A { static { for (;;) {} } }
//# endless: computed name
({ [(function () { for (;;) {} })()]: 1 });
//# endless: return of a generator
function* g() { try { yield 1; } finally { for (;;) {} } } var [x] = g();
//# endless: constructor by Reflect
Reflect.construct(function () { for (;;) {} }, [], Object);
//# endless: defineProperty trap
Object.defineProperty(new Proxy({}, { defineProperty: function () { for (;;) {} } }), 'a', { value: 1 });
//# endless: species of an array
var a = [1]; a.constructor = { get [Symbol.species]() { for (;;) {} } }; a.map(Number);
//# endless: species of a pattern
var r = /a/; r.constructor = { get [Symbol.species]() { for (;;) {} } }; 'aaa'.split(r);
//# endless: lastIndex of a pattern
var r = /a/g; r.lastIndex = { valueOf: function () { for (;;) {} } }; r.exec('a');
//# endless: exec of a pattern
var r = /a/g; r.exec = function () { return { index: 0, 0: 'x', length: 1 }; }; 'aaa'.replace(r, 'b');
//# endless: date arithmetic
var d = new Date(); for (;;) { d.setMonth(d.getMonth() + 1e5); d.toString(); d.toLocaleString(); if (isNaN(d)) d = new Date(-8.64e15); }
//# endless: numbers as text
for (;;) { (1e21 / 3).toFixed(100); (Math.PI * 1e-300).toString(36); (1 / 3).toPrecision(100); Number('0.' + '0'.repeat(1e5) + '1'); }
//# endless: parseInt of a long text
var s = 'z'.repeat(4e6); for (;;) parseInt(s, 36);
//# endless: waits with a limit of its own
var a = new Int32Array(new SharedArrayBuffer(8)); for (;;) { try { Atomics.wait(a, 0, 0, 1e6); } catch (e) {} }
//# endless: catches what ends it, in native frames
for (;;) { try { [1, 2].sort(function () { for (;;) {} }); } catch (e) { try { JSON.parse('[1]', function () { for (;;) {} });
  } catch (f) {} } }
//# endless: catches memory that is short
var keep = []; for (;;) { try { for (;;) keep.push(new Array(1000).fill(keep.length)); } catch (e) { } }
//# endless: catches memory that is short, and lets go
for (;;) { var keep = []; try { for (;;) keep.push('x'.repeat(1e6) + keep.length); } catch (e) { keep = null; } }
//# endless: catches a full stack
function f() { try { f(); } catch (e) { for (;;) {} } } f();
//# endless: asynchronous functions, caught
for (;;) { try { (async function () { for (;;) {} })(); } catch (e) {} }
//# endless: eval of a loop in a loop
for (;;) { try { eval('for(;;) try { for (;;) {} } catch (e) {}'); } catch (e) {} }
//# endless: prototypes by setter
Object.defineProperty(Object.prototype, 'zz', { set: function (v) { for (;;) {} }, configurable: true }); ({}).zz = 1;
//# endless: require
for (;;) { try { require('views/lib/none'); } catch (e) {} }

//# pattern: empty alternatives that repeat
/(?:a*)*$/.test('a'.repeat(5e5) + 'b');
//# pattern: optional letters
new RegExp('^(?:' + 'a?'.repeat(40) + ')' + 'a'.repeat(40) + 'b').test('a'.repeat(40));
//# pattern: thousands of optional letters
new RegExp('a?'.repeat(20000) + 'a'.repeat(20000)).test('a'.repeat(20000));
//# pattern: groups that capture, many
new RegExp('(.)'.repeat(300) + 'x', 's').test('y'.repeat(1e5));
//# pattern: groups beyond a byte's count
new RegExp('()'.repeat(70000)).test('a');
//# pattern: names
new RegExp(Array.from({ length: 5000 }, function (x, i) { return '(?<n' + i + '>a?)'; }).join('')).exec('a'.repeat(5000)).groups;
//# pattern: huge count
new RegExp('(?:a{0,65535}){0,65535}b').test('a'.repeat(1e5));
//# pattern: count beyond bounds
new RegExp('a{4294967295}').test('a'); new RegExp('(?:ab){2147483647,2147483648}').test('ab');
//# pattern: stack of choices
/(?:.|\n)*?z/.test('\n'.repeat(6e6));
//# pattern: lookahead in lookahead
new RegExp('(?='.repeat(20000) + 'a' + ')'.repeat(20000)).test('a');
//# pattern: lookbehind over much
/(?<!(?:a|b|ab)*c)d/.test('ab'.repeat(50000) + 'd');
//# pattern: classes of sets
new RegExp('[\\p{L}--[a-z]--\\p{Lu}&&\\p{Script=Greek}]+$', 'v').test('α'.repeat(1e5) + '1');
//# pattern: every property, without case
for (var i = 0; i < 2000; i++) new RegExp('[\\p{L}\\p{N}\\P{Lu}\\p{Emoji}' + i + ']', 'iu').test('x');
//# pattern: back reference in its own group
/(a\1)+$/.test('a'.repeat(1e5)); /(?<x>a|\k<x>b)*c/.test('ab'.repeat(1e5));
//# pattern: source that is long
new RegExp('x'.repeat(5e6)).test('x'.repeat(5e6));
//# pattern: halves of characters
/^[\ud800-\udfff]+$/.test('\ud800'.repeat(1e6)); /\udc00/u.test('\ud800\udc00'.repeat(1e6));

//# greedy: rope to the left
var s = ''; for (var i = 0; i < 5e6; i++) s = 'ab' + s; s.charAt(5);
//# greedy: rope of ropes
var s = 'x'; for (var i = 0; i < 3e5; i++) s = (i % 2 ? s + 'a' + i : 'b' + i + s); JSON.stringify({ [s]: s }); s.indexOf('zz');
//# greedy: ropes compared
var s = 'x', t = 'x'; for (var i = 0; i < 1e6; i++) { s = s + 'aa'; t = t + 'a' + 'a'; } s == t; s < t; new Map([[s, 1]]).get(t);
//# greedy: rope doubled to the limit, then cut
var s = 'x'; try { for (;;) s = s + s; } catch (e) {} s.slice(1).length; s.charCodeAt(s.length - 1); s + s;
//# greedy: names of members
var o = {}; for (var i = 0; ; i++) o['k'.repeat(2000) + i] = 1;
//# greedy: names as symbols
for (var i = 0; ; i++) Symbol.for('k' + i);
//# greedy: shapes
var l = []; for (var i = 0; ; i++) { var o = {}; o['a' + i] = 1; o['b' + i] = 2; l.push(o); }
//# greedy: global variables
for (var i = 0; ; i++) (0, eval)('var leaked' + i + ' = 1');
//# greedy: patterns
var l = []; for (var i = 0; ; i++) l.push(new RegExp('a' + i + '[b-z]{1,100}'));
//# greedy: functions with names of their own
var l = []; for (var i = 0; ; i++) l.push(new Function('a' + i, 'return a' + i));
//# greedy: arguments by array-like
Reflect.apply(function () { return arguments.length; }, null, { length: 4294967295 });
//# greedy: characters by array-like
String.fromCharCode.apply(null, { length: 3e6 }); Math.max.apply(null, { length: 3e8 });
//# greedy: concat of an array-like
[].concat({ length: Number.MAX_SAFE_INTEGER, [Symbol.isConcatSpreadable]: true, 0: 1 });
//# greedy: from an array-like
Array.from({ length: 4294967295 });
//# greedy: length that is set
var a = [1]; a.length = 4294967295; a.toSorted(); a.with(1, 2); a.toReversed(); a.toSpliced(0, 1);
//# greedy: holes
var a = []; a[4294967294] = 1; a.concat(a); Object.keys(a.fill(1, 0, 1e8)); a.flat(); a.slice();
//# greedy: split of a long text
var l = []; for (;;) l.push('ab'.repeat(2e6).split(''));
//# greedy: replaceAll by what is longer
'x'.repeat(1e6).replaceAll('', 'y'.repeat(1000));
//# greedy: replace by groups
'x'.repeat(1e5).replace(/x/g, '$`$\'');
//# greedy: indent
JSON.stringify(JSON.parse('['.repeat(2000) + '1' + ']'.repeat(2000)), null, 10); var o = []; for (var i = 0; i < 1e6; i++) o.push([1]);
  JSON.stringify(o, null, '          ');
//# greedy: JSON of one thing many times
var o = 'x'.repeat(1e5); for (var i = 0; i < 30; i++) o = [o, o]; JSON.stringify(o);
//# greedy: BigInt cut to bits
BigInt.asUintN(2147483647, -1n); BigInt.asIntN(1073741823, 1n << 1073741822n);
//# greedy: BigInt moved
1n << (1n << 62n); 1n << 1073741823n; (-1n) >> (1n << 100n);
//# greedy: BigInt as text in other bases
(1n << 30000000n).toString(3).length;
//# greedy: weak maps in a chain
var m = new WeakMap(), k = {}, first = k; for (var i = 0; i < 1e6; i++) { var n = {}; m.set(k, n); k = n; } first = m = null; for (i = 0;
  i < 1e5; i++) ({ a: {} });
//# greedy: views on a buffer that shrinks
var b = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 24 }), u = new Uint8Array(b); u.sort(function () { b.resize(0); return 1; });
  b.resize(1 << 24); u.fill(1); u.set(u, 5); u.subarray(9).slice();
//# greedy: buffer that is moved while it is read
var b = new ArrayBuffer(1 << 20), u = new Uint8Array(b); Array.prototype.map.call(u, function (x, i) { if (i == 1) b.transfer(1 << 25);
  return x; }); u[5] = 1; u.fill({ valueOf: function () { return 1; } });
  new DataView(new ArrayBuffer(8)).setFloat64({ valueOf: function () { return 4; } }, 1);
//# greedy: buffer that is let go by valueOf
var b = new ArrayBuffer(1 << 20), u = new Uint8Array(b); u.fill({ valueOf: function () { b.transfer(); return 7; } });
  u.copyWithin({ valueOf: function () { return 0; } }, 100); u.indexOf(7, { valueOf: function () { return 5; } });
  u.with(3, { valueOf: function () { return 1; } });
//# greedy: array that shrinks while it is used
var a = []; for (var i = 0; i < 1e5; i++) a[i] = i; a.sort(function (x, y) { a.length = 0; return x - y; });
  a.splice({ valueOf: function () { a.length = 1; return 0; } }, 1e9, 1); a.includes(1, { valueOf: function () { a.length = 0; return 0;
  } }); a.concat({ get length() { a.length = 0; return 9; }, [Symbol.isConcatSpreadable]: true });
//# greedy: array that is changed by its proxy's getters
var a = [1, 2, 3, 4]; Object.defineProperty(a, 1, { get: function () { a.length = 0; a.push.apply(a, new Array(1e5)); return 1;
  }, configurable: true }); JSON.stringify(a); a.slice(); a.join(); a.reverse(); a.flatMap(function (x) { return [x, a]; }); Array.from(a);
//# greedy: map that is emptied while it is walked
var m = new Map(); for (var i = 0; i < 1e5; i++) m.set(i, i); m.forEach(function () { m.clear(); for (var i = 0; i < 10;
  i++) m.set({}, 1); }); for (var x of m) { m.delete(x[0]); m.clear();
  } new Set([1, 2, 3]).difference({ size: 1, has: function () { m.clear(); return true; }, keys: function () { return [].values(); } });
//# greedy: pattern that is compiled anew while it runs
var r = /a/g; 'aaa'.replace(r, function () { r.compile('(b)(c)(d)(e)', 'y'); return r; });
  r[Symbol.replace]('aaa', function () { r.compile('x'.repeat(1e5)); return ''; });
  r.lastIndex = { valueOf: function () { r.compile('((((a))))'); return 0; } }; r.exec('aaaa');
//# greedy: thousands of frames of a generator
var l = []; function* g(a) { yield a; yield* g(a); } for (;;) { var i = g(new Array(100).fill(1)); i.next(); i.next(); i.next();
  l.push(i); }
//# greedy: promises that never settle
var l = []; for (;;) { l.push(new Promise(function () {})); (async function () { await l[l.length - 1]; })(); }
//# greedy: microtasks and memory
(function more(a) { Promise.resolve().then(function () { more([a, new Array(1000).fill(1)]); more([a, 1]); }); })([]);
//# greedy: errors that have causes
var e = new Error('x'); for (;;) e = new AggregateError([e, e], 'y'.repeat(1000), { cause: e });
//# greedy: stack traces that are long
Error.stackTraceLimit = 1e9; var l = []; (function f(n) { l.push(new Error('x').stack); f(n + 1); })(0);
//# greedy: logged at once
log('x'.repeat(1 << 27)); log(new Array(1e6).join('\n["reset"]\n'));

//# deep: emitted or returned
var o = 1; for (var i = 0; i < 2e5; i++) o = i % 2 ? [o] : { o: o }; if (typeof emit == 'function') emit(o, o); return o;
//# deep: twenty thousand levels of JSON
var o = JSON.parse('['.repeat(20000) + ']'.repeat(20000)); if (typeof emit == 'function') emit(o, o);
  return { body: JSON.stringify(o), json: o };
//# deep: toString through arrays and patterns
var a = ['x']; for (var i = 0; i < 1e5; i++) a = [a]; new RegExp(a); 'x'.split(a); new Date(a); +a; parseInt(a); ({})[a];
//# deep: getters along prototypes
var o = { get x() { return super.x; } }; for (var i = 0; i < 2e5; i++) o = { __proto__: o, get x() { return super.x; } }; o.x;
//# deep: proxies of functions
var f = function () {}; for (var i = 0; i < 2e5; i++) f = new Proxy(f, {}); f(); new f(); f.bind(); typeof f; Array.isArray(f);
//# deep: proxies of arrays
var a = []; for (var i = 0; i < 1e6; i++) a = new Proxy(a, {}); Array.isArray(a); JSON.stringify(a); [].concat(a); isArray(a);
//# deep: closing of scopes
(0, eval)('{'.repeat(1e5) + '}'.repeat(1e5));
//# deep: arrow functions
(0, eval)('a=>'.repeat(1e5) + '1');
//# deep: unary operators
(0, eval)('!'.repeat(5e5) + '1'); (0, eval)('typeof '.repeat(1e5) + '1');
//# deep: conditions
(0, eval)('1?'.repeat(1e5) + '1' + ':1'.repeat(1e5));
//# deep: powers
(0, eval)('2**'.repeat(1e5) + '1');
//# deep: assignments
(0, eval)('var a;' + 'a='.repeat(2e5) + '1');
//# deep: new
(0, eval)('new '.repeat(1e5) + 'Object');
//# deep: statements
(0, eval)('if(1)'.repeat(1e5) + ';'); (0, eval)('for(;0;)'.repeat(1e5) + ';');
  (0, eval)('a:'.repeat(1e5).replace(/a/g, function (x, i) { return 'a' + i; }) + ';');
//# deep: strings of templates in tags
(0, eval)('String.raw`${'.repeat(2e4) + '1' + '}`'.repeat(2e4));
//# deep: classes in classes
(0, eval)('(class{static x='.repeat(2e4) + '1' + '})'.repeat(2e4));
//# deep: patterns in a parameter
(0, eval)('(function(' + '{a:'.repeat(3e4) + 'x' + '}'.repeat(3e4) + '){})');
//# deep: switch with many cases, and many labels
(0, eval)('switch(1){' + Array.from({ length: 2e5 }, function (x, i) { return 'case ' + i + ':'; }).join('') + '}');
//# deep: more variables than a function may have
(0, eval)('(function(){' + Array.from({ length: 70000 }, function (x, i) { return 'let v' + i + '=' + i + ';';
  }).join('') + 'return function(){return v69999}})()()');
//# deep: more arguments than a call may have
(0, eval)('(function(){return arguments.length})(' + '1,'.repeat(70000) + '1)');
  (0, eval)('(function(' + Array.from({ length: 70000 }, function (x, i) { return 'a' + i; }).join() + '){})');
//# deep: more constants than a function may have
(0, eval)('[' + Array.from({ length: 3e5 }, function (x, i) { return '"s' + i + '"'; }).join() + ']');
//# deep: iterators in iterators
var i = Iterator.from([1]); for (var n = 0; n < 1e5; n++) i = i.map(function (x) { return x; }); i.next(); i.return();
//# deep: promises that adopt promises
var p = new Promise(function () {}); for (var n = 0; n < 3e5; n++) { var q = p; p = new Promise(function (r) { r(q); }); } p = q = null;
//# deep: bound constructors
var C = function () {}; for (var n = 0; n < 1e5; n++) C = C.bind(); new C(); class D extends C {} new D();
//# deep: toJSON that nests
JSON.stringify({ toJSON: function f() { return { a: { toJSON: f } }; } }); JSON.stringify({ get a() { return this; } });
//# deep: Symbol.toPrimitive of itself
var o = { [Symbol.toPrimitive]: function () { return o + 1; } }; o + 1;
//# deep: cause of an error
var e = new Error('x'); e.cause = e; e.toString = function () { return '' + this; }; throw e;

//# reaches: what belongs to a shell
['readline', 'print', 'quit', 'exit', 'load', 'loadScript', '__loadScript', 'std', 'os', 'bjson', 'Worker', 'scriptArgs', 'evalcx',
  'evalScript', 'WebAssembly', 'process', 'Deno', 'Bun', 'System', 'importNamespace', 'clr', 'host', 'Module', 'std_loadFile', '__host',
  'sandbox'].forEach(function (name) {
  if (typeof globalThis[name] != 'undefined' && globalThis[name] !== null) throw 'REA' + 'CHED ' + name; });
//# reaches: callers
(function f() { var c; try { c = f.caller; c = c && c.caller; } catch (e) {} if (typeof c == 'function') throw 'REA' + 'CHED ' + c; var d;
  try { d = arguments.callee.caller; d = d && d.caller; } catch (e) {} if (typeof d == 'function') throw 'REA' + 'CHED ' + d; })();
//# reaches: the caller of a getter
var seen; var o = { get x() { try { seen = arguments.callee.caller; } catch (e) {} return 1;
  }, toJSON: function () { try { seen = seen || arguments.callee.caller; } catch (e) {} return 1; } };
  if (typeof emit == 'function') emit(o, o); log(o); if (typeof seen == 'function') throw 'REA' + 'CHED ' + seen;
//# reaches: frames of a stack
Error.prepareStackTrace = function (e, frames) { return frames; }; var s = new Error('x').stack;
  if (s && typeof s == 'object') for (var i = 0; i < s.length; i++) { var f = s[i]; ['getFunction', 'getThis'].forEach(function (k) { var v;
  try { v = f[k] && f[k]();
  } catch (e) {} if (v && v !== globalThis && (typeof v == 'function' || typeof v == 'object')) throw 'REA' + 'CHED ' + k + ' ' + v; }); }
//# reaches: the world of what it is given
['emit', 'log', 'sum', 'isArray', 'toJSON', 'require', 'provides', 'registerType', 'start', 'send', 'getRow'].forEach(function (k) {
  var f; try { f = eval(k); } catch (e) { return; } var g = f.constructor('return this')();
  Object.getOwnPropertyNames(g).forEach(function (n) { if (!(n in globalThis)) throw 'REA' + 'CHED ' + n + ' by ' + k; }); });
//# reaches: the world of its arguments
for (var i = 0; i < arguments.length; i++) { var a = arguments[i]; if (!a || typeof a != 'object') continue;
  var g = a.constructor.constructor('return this')(); Object.getOwnPropertyNames(g).forEach(function (n) {
  if (!(n in globalThis)) throw 'REA' + 'CHED ' + n; }); }
//# reaches: names that are in scope elsewhere
['addRow', 'addLine', 'addChunk', 'takeRow', 'apply', 'state', 'rows', 'functions', 'driver', 'call', 'input', 'output', 'memory',
  'cache', 'modules', 'std', 'os', 'exports', 'module', 'require', 'arguments'].forEach(function (n) { var v;
  try { v = log.constructor('return typeof ' + n + ' == "undefined" ? undefined : ' + n)(); } catch (e) { return;
  } if (v !== undefined && n != 'arguments') throw 'REA' + 'CHED ' + n; });
//# reaches: another world by errors
var worlds = [Object.prototype, Object.getPrototypeOf(Object.getPrototypeOf(log))]; function look(e, how) {
  if (e === null || typeof e != 'object' && typeof e != 'function') return; while (Object.getPrototypeOf(e)) e = Object.getPrototypeOf(e);
  if (worlds.indexOf(e) < 0) throw 'REA' + 'CHED another world by ' + how; }
  var none = Object.create(null), throwing = { toJSON: function () { throw none; } };
  [function () { null.x; }, function () { require('none'); }, function () { require(none); },
  function () { log(throwing); }, function () { log({ stack: 1, message: 1, get name() { return null.x; } }); },
  function () { emit(1, { stack: 1, message: 1, get name() { return null.x; } }); }, function () { registerType('x', none); },
  function () { registerType(none, 'x'); }, function () { send(null); }, function () { send({ toString: function () { return Symbol(); } });
  getRow(); }, function () { start(1); getRow(); }, function () { start(Object.freeze({})); getRow(); },
  function () { start({ headers: {}, x: 1n }); getRow(); }].forEach(function (f) { try { f(); } catch (e) { look(e, f); } });
//# reaches: another world by a full stack
var worlds = [Object.prototype, Object.getPrototypeOf(Object.getPrototypeOf(log))], names = [], left = 40;
  function look(e) { while (Object.getPrototypeOf(Object(e))) e = Object.getPrototypeOf(Object(e));
  if (worlds.indexOf(e) < 0) throw 'REA' + 'CHED another world by a full stack'; }
  function reach() { try { reach(); } catch (e) { if (String(e).indexOf('REA') == 0) throw e; look(e); } if (left-- <= 0) return;
  try { require('none'); } catch (e) { look(e); } try { log({ a: [[[1]]] }); } catch (e) { look(e); } }
  for (var i = 0; i < 4000; i++) names.push('v' + i); var found;
  Function('reach', 'found', 'var back = 0; return function f() { var ' + names + '; try { f(); } catch (e) { } '
  + 'if (++back == 2) try { reach(); } catch (e) { found(e); } }')(reach, function (e) { found = e; })();
  if (String(found).indexOf('REA') == 0) throw found;
//# reaches: setters that see a stranger's objects
var seen = []; ['0', 'key', 'value', 'id', 'rows', 'fn', 'fun', 'source', 'state', 'emit', 'result', 'results', 'error', 'kind', 'design',
  'functions', 'cache', 'handler', 'instance', 'memory', 'pointer', 'host', 'callback'].forEach(function (k) { try {
  Object.defineProperty(Object.prototype, k, { configurable: true, set: function (v) { if (this !== globalThis) seen.push(this);
  Object.defineProperty(this, k, { value: v, writable: true, enumerable: true, configurable: true }); } }); } catch (e) {} });
  if (typeof emit == 'function') emit('a', 'b'); log('x'); try { if (typeof send == 'function') send('x');
  } catch (e) {} try { if (typeof getRow == 'function') getRow();
  } catch (e) {} var found = seen.filter(function (o) { return Object.getOwnPropertyNames(o).some(function (k) {
  return typeof o[k] == 'function'; }); }); if (found.length) throw 'REA' + 'CHED ' + Object.getOwnPropertyNames(found[0]);
//# reaches: methods of arrays that see a stranger's
var seen = []; ['push', 'pop', 'shift', 'slice', 'map', 'join', 'forEach', 'concat', 'filter', 'indexOf', 'splice'].forEach(function (k) {
  var was = Array.prototype[k]; Array.prototype[k] = function () { seen[seen.length] = this; return was.apply(this, arguments); }; });
  if (typeof emit == 'function') emit('a', 'b'); log('x'); try { require('none'); } catch (e) {} for (var i = 0; i < seen.length;
  i++) for (var j = 0; j < seen[i].length; j++) if (typeof seen[i][j] == 'function') throw 'REA' + 'CHED a function: ' + seen[i][j];
//# reaches: call and apply that see a stranger's
var seen = []; var call = Function.prototype.call, apply = Function.prototype.apply;
  Function.prototype.call = function (t) { seen[seen.length] = this; return Reflect.apply(this, t, []); };
  Function.prototype.apply = function (t, a) { seen[seen.length] = this; return Reflect.apply(this, t, a || []); };
  if (typeof emit == 'function') emit('a', 'b'); log('x'); try { require('none'); } catch (e) {} Function.prototype.call = call;
  Function.prototype.apply = apply; for (var i = 0; i < seen.length;
  i++) if (String(seen[i]).indexOf('[native code]') < 0) throw 'REA' + 'CHED a function: ' + seen[i];
//# reaches: modules
import('std').then(function (m) { globalThis.got = m; }, function () {}); import('os').then(function (m) { globalThis.got = m;
  }, function () {}); import('./guest.js').then(function (m) { globalThis.got = m; }, function () {});
  import('/etc/passwd').then(function (m) { globalThis.got = m; }, function () {});
  import('data:text/javascript,1').then(function (m) { globalThis.got = m; }, function () {});
  if (globalThis.got) throw 'REA' + 'CHED a module'; if (typeof emit == 'function') { var e = emit;
  Promise.resolve().then(function () {}).then(function () {}).then(function () { if (globalThis.got) e('REA' + 'CHED a module', 1); }); }
//# reaches: prototypes by the name of a module
['__proto__', 'constructor', 'views/__proto__', '__proto__/polluted', 'constructor/prototype', 'views/v/map/constructor', 'toString',
  './../../../good/_design/d', 'views/v', '_id', '_rev', 'language', 'hasOwnProperty/call', 'views/length', '0',
  'length'].forEach(function (p) { var m; try { m = require(p); } catch (e) { return;
  } if (typeof m == 'function' || m === Object.prototype || m === Function) throw 'REA' + 'CHED ' + p; });
//# reaches: pollution by parsed JSON
var o = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  if (({}).polluted) throw 'REA' + 'CHED the prototype'; if (typeof emit == 'function') emit(o, o); return o;

//# spoils: Error.stackTraceLimit
Error.stackTraceLimit = { valueOf: function () { for (;;) {} } }; Error.captureStackTrace = null;
  Error.prepareStackTrace = function () { for (;;) {} }; null.x;
//# spoils: global names by let
(0, eval)('let emit = 1; let JSON = 2; let Object = 3; const Array = 4; class log {} let send = 5; let getRow = 6; let leaked = 7;');
//# spoils: global names that cannot be removed
['emit', 'log', 'JSON', 'send', 'getRow', 'start', 'require', 'leaked', 'exports', 'module', 'doc', 'req'].forEach(function (k) { try {
  Object.defineProperty(globalThis, k, { get: function () { return function () { return 'leaked'; };
  }, set: function () {}, configurable: false }); } catch (e) {} });
//# spoils: the prototype of the global object
var p = { leaked: 1, leakedCount: 2, doc: 3 }; try { p = new Proxy({}, { get: function () { return 'leaked';
  }, has: function () { return true; }, set: function () { return true; } }); } catch (e) {} Object.setPrototypeOf(globalThis, p);
//# spoils: prototypes of prototypes
Object.setPrototypeOf(Array.prototype, { leaked: 1, set 0(v) { throw 'leaked'; }, get 5() { return 'leaked';
  }, toJSON: function () { return 'leaked'; } }); Object.setPrototypeOf(Function.prototype, null);
  Object.setPrototypeOf(String.prototype, null); Object.setPrototypeOf(Error.prototype, null);
//# spoils: setters of indexes
[0, 1, 2, 3].forEach(function (i) { Object.defineProperty(Array.prototype, i, { get: function () { return 'leaked';
  }, set: function () {}, configurable: false }); });
//# spoils: indexes of all objects
for (var i = 0; i < 10; i++) Object.prototype[i] = 'leaked'; Object.prototype.length = 9;
  Object.prototype.then = function (r) { r('leaked'); };
//# spoils: toJSON of all
Object.prototype.toJSON = Array.prototype.toJSON = String.prototype.toJSON =
  Number.prototype.toJSON = Boolean.prototype.toJSON = function () { return 'leaked'; };
//# spoils: attributes of properties
Object.prototype.get = function () { return 'leaked'; }; Object.prototype.set = function () {}; Object.prototype.enumerable = true;
  Object.prototype.writable = false;
//# spoils: iterators
[[].values(), new Map().entries(), new Set().values(), ''[Symbol.iterator](), 'x'.matchAll(/x/g)].forEach(function (i) {
  Object.getPrototypeOf(i).next = function () { return { done: true }; }; });
//# spoils: the prototype of all iterators
var p = Object.getPrototypeOf(Object.getPrototypeOf([].values())); p[Symbol.iterator] = function () { throw 'leaked'; };
  p.return = function () { for (;;) {} }; Object.getPrototypeOf(function* () {}).prototype.next = function () { return 'leaked'; };
//# spoils: well-known symbols
Object.defineProperty(Array, Symbol.species, { value: function () { return { leaked: 1 }; } });
  Object.defineProperty(Array.prototype, Symbol.isConcatSpreadable, { value: false });
  Object.defineProperty(Object, Symbol.hasInstance, { value: function () { return true; } });
  Object.prototype[Symbol.toStringTag] = 'leaked'; Object.prototype[Symbol.toPrimitive] = function () { return 'leaked'; };
//# spoils: patterns
RegExp.prototype[Symbol.replace] = RegExp.prototype[Symbol.split] = RegExp.prototype[Symbol.match] = function () { return 'leaked'; };
  Object.defineProperty(RegExp.prototype, 'flags', { get: function () { for (;;) {} } });
  String.prototype.replace = String.prototype.split = function () { return 'leaked'; };
//# spoils: buffers
Uint8Array.prototype.set = Uint8Array.prototype.subarray = function () { throw 'leaked'; };
  Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), 'length', { get: function () { return 1e9; } });
  Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), 'buffer', { get: function () { return null; } });
  Object.defineProperty(ArrayBuffer.prototype, 'byteLength', { get: function () { return 1e9; } });
  globalThis.TextEncoder = globalThis.TextDecoder = function () { throw 'leaked'; };
//# spoils: reflection
['keys', 'defineProperty', 'freeze', 'getOwnPropertyNames', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'setPrototypeOf', 'create',
  'assign', 'isFrozen', 'entries', 'values', 'is'].forEach(function (k) { Object[k] = function () { throw 'leaked'; }; });
  Reflect.ownKeys(Reflect).forEach(function (k) { try { Reflect[k] = function () { for (;;) {} }; } catch (e) {} });
//# spoils: collections
['get', 'set', 'has', 'delete', 'clear', 'forEach', 'add'].forEach(function (k) { [Map, Set, WeakMap, WeakSet].forEach(function (C) {
  if (C.prototype[k]) C.prototype[k] = function () { return 'leaked'; }; }); });
  Object.defineProperty(Map.prototype, 'size', { get: function () { return 0; } });
//# spoils: text of functions
Function.prototype.toString = function () { return 'function () { return "leaked"; }'; };
  Function.prototype.bind = function () { return function () { return 'leaked'; }; };
//# spoils: eval and Function
globalThis.eval = function () { return 'leaked'; }; globalThis.Function = function () { return function () { return 'leaked'; }; };
  Function.prototype.constructor = null;
//# spoils: numbers and dates
Math.random = Math.floor = Math.max = function () { return NaN; }; Date.now = function () { return 0; };
  Date.prototype.toJSON = Date.prototype.toISOString = function () { return 'leaked'; };
  Number.isFinite = isNaN = isFinite = parseInt = function () { return true; }; String.fromCharCode = function () { return ''; };
//# spoils: members of what functions are given
['emit', 'log', 'sum', 'isArray', 'toJSON', 'require', 'provides', 'registerType', 'start', 'send', 'getRow'].forEach(function (k) { try {
  var f = eval(k); f.leaked = 1; f.prototype = { leaked: 1 }; Object.setPrototypeOf(f, { leaked: 1, get call() { for (;;) {} },
  apply: function () { return 'leaked'; } }); Object.defineProperty(f, 'name', { get: function () { for (;;) {} } }); Object.freeze(f);
  } catch (e) {} });
//# spoils: members of functions of the language
Array.prototype.push.leaked = 1; Math.sin.leaked = 1; Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.leaked = 1;
  Object.getPrototypeOf(async function () {}).leaked = 1; Object.getPrototypeOf(Int8Array).leaked = 1;
  Object.getOwnPropertyDescriptor((function () { 'use strict'; return arguments; })(), 'callee').get.leaked = 1;
//# spoils: functions by other functions
sum = function () { return 'leaked'; }; isArray = function () { return true; }; toJSON = function () { return '"leaked"'; };
  log = function () { for (;;) {} }; globalThis.emit = function () {}; globalThis.require = function () { return { leaked: 1 }; };
//# spoils: what cannot grow
Object.preventExtensions(globalThis); Object.preventExtensions(Object.prototype); Object.preventExtensions(Array.prototype);
  Object.freeze(JSON); Object.seal(Function.prototype);
//# spoils: arguments
for (var i = 0; i < arguments.length; i++) { var a = arguments[i]; if (a && typeof a == 'object') { try { a._id = 'leaked';
  a._rev = '9-leaked'; a.n = 'leaked'; delete a._attachments; a.toJSON = function () { return { _id: 'leaked' }; }; a.roles = ['_admin'];
  a.admins = null; } catch (e) {} } }
//# spoils: its own text
var self = arguments.callee; self.leaked = (self.leaked || 0) + 1; self.toString = function () { return 'leaked'; };
  self.call = self.apply = self.bind = null; Object.setPrototypeOf(self, null); self.prototype = null;
//# spoils: later
var p = Promise.resolve(); (function again(n) { p.then(function () { globalThis.leaked = n; Array.prototype.leaked = n;
  if (n < 1e4) again(n + 1); }); })(0);
//# spoils: when something is freed
var r = new FinalizationRegistry(function () { globalThis.leaked = 1; Array.prototype.push = null; }); for (var i = 0; i < 1e4;
  i++) r.register({}, i); globalThis.leakedRegistry = r; for (i = 0; i < 1e5; i++) ({ a: [i] });
//# spoils: the engine's own names
for (var k of Object.getOwnPropertyNames(globalThis)) { var f = globalThis[k];
  if (typeof f == 'function' && f.prototype) { try { Object.getOwnPropertyNames(f.prototype).forEach(function (m) { try {
  f.prototype[m] = function () { return 'leaked'; }; } catch (e) {} }); f.prototype = null; } catch (e) {} } }
//# spoils: members that lie about themselves
Object.defineProperty(Object.prototype, 'value', { get: function () { return 'leaked'; }, set: function () { throw 'leaked';
  }, configurable: false }); Object.defineProperty(Object.prototype, 'done', { value: true, writable: false });
  Object.defineProperty(Object.prototype, 'emit', { get: function () { for (;;) {} } });
//# spoils: index
index = function () { return 'leaked'; }; try { Object.defineProperty(globalThis, 'index', { get: function () { throw 'leaked'; } });
  } catch (e) {}
//# spoils: registered types
if (typeof registerType == 'function') { registerType('json', '*/*', 'leaked/x'); registerType('html', 'leaked/x');
  try { provides('leaked', function () { return 'leaked'; }); } catch (e) {} }
//# spoils: a started answer
try { start({ code: 500, headers: { 'X-Leaked': 'leaked' } }); } catch (e) {} try { send('leaked'); } catch (e) {} throw 'leaked';
//# spoils: rows that wait
try { emit('leaked', 'leaked'); } catch (e) {} throw { fatal: 1, toString: function () { emit('leaked', 'leaked'); return 'x'; } };
//# spoils: symbols that all share
Object.defineProperty(Symbol.prototype, 'description', { get: function () { return 'leaked'; } });
  Symbol.for = function () { return 'leaked'; }; Symbol.iterator.constructor.prototype.leaked = 1;
//# spoils: errors' stacks
Object.defineProperty(Error.prototype, 'stack', { get: function () { for (;;) {} }, set: function () {} });
  Object.defineProperty(Error.prototype, 'name', { get: function () { return { toString: function () { for (;;) {} } }; } });
  TypeError = RangeError = SyntaxError = InternalError = Error = null; undefinedName;

//# throws: null
throw null;
//# throws: forbidden with a proxy
throw { forbidden: new Proxy({}, { get: function () { for (;;) {} }, ownKeys: function () { for (;;) {} } }) };
//# throws: unauthorized that runs for ever
throw { unauthorized: { toString: function () { for (;;) {} }, toJSON: function () { for (;;) {} } } };
//# throws: forbidden by getter
throw { get forbidden() { throw this; }, get unauthorized() { throw this; } };
//# throws: forbidden with much
throw { forbidden: 'x'.repeat(1 << 26), unauthorized: 'y'.repeat(1 << 26) };
//# throws: forbidden with nothing
throw { forbidden: undefined };
//# throws: forbidden with a function, a symbol, a number
throw { forbidden: Math.random() < 0.5 ? function () {} : Symbol('x'), unauthorized: 1n };
//# throws: forbidden with what breaks lines
throw { forbidden: 'a\r\nX-Injected: 1\r\n\r\n["reset"]\n\u0000\ud800' };
//# throws: a proxy that was revoked
var r = Proxy.revocable(function () {}, {}); r.revoke(); throw r.proxy;
//# throws: members that are revoked
var r = Proxy.revocable({}, {}); r.revoke(); throw { forbidden: r.proxy, error: r.proxy, reason: r.proxy, message: r.proxy,
  stack: r.proxy, name: r.proxy };
//# throws: an error whose parts are objects
var e = new Error('x'); e.name = { toString: function () { return 'REA' + 'CHED'.length; } }; e.message = [[[['deep']]]];
  e.stack = { length: 1e9 }; e.fileName = e; e.lineNumber = -1; throw e;
//# throws: an error with getters
var e = new Error('x'); ['name', 'message', 'stack', 'toString', 'constructor', 'error', 'reason', 'fatal', 'forbidden', 'unauthorized',
  'toJSON', 'cause', 'code'].forEach(function (k) { Object.defineProperty(e, k, { get: function () { throw new Error(k); } }); }); throw e;
//# throws: itself by toString
var o = { toString: function () { throw o; }, valueOf: function () { throw o; }, toJSON: function () { throw o;
  }, get message() { throw o; }, get stack() { throw o; } }; throw o;
//# throws: what ends a query server
throw ['fatal', 'exit', 'now'];
//# throws: lines of the protocol
throw ['error', 'a"]\n["reset"]\n["end",["x"]]', '\n'];
//# throws: error and reason
throw { error: 'forbidden', reason: { a: function () {} }, name: 'render_error' };
//# throws: a long name
var e = new Error('x'.repeat(1 << 25)); e.name = 'y'.repeat(1 << 25); throw e;
//# throws: an array with holes
var a = []; a[1e8] = 1; a.toJSON = function () { return a; }; throw a;
//# throws: out of a generator's return
function* g() { try { yield 1; } finally { throw { forbidden: 'late' }; } } for (var x of g()) break;
//# throws: later
Promise.reject(new Error('late')); (async function () { throw null; })();
  Promise.reject(new Proxy({}, { get: function () { for (;;) {} } }));
//# throws: InternalError that pretends
var E = typeof InternalError == 'function' ? InternalError : Error; var e = new E('interrupted'); e.message = 'out of memory'; throw e;
//# throws: interrupted, in words
throw new Error('interrupted');
//# throws: a document
throw arguments[0];
//# throws: the global object
throw globalThis;

//# emits: inside of toJSON
if (typeof emit == 'function') { var e = emit, n = 0; e({ toJSON: function () { if (n++ < 1e5) e(this, this); return n;
  } }, { get x() { e(1, 2); return 3; } }); }
//# emits: what changes each time it is looked at
if (typeof emit == 'function') { var n = 0; var o = { get a() { return n++;
  }, toJSON: function (k) { return n++ % 2 ? undefined : { a: n }; } }; emit([o, o], o); emit(o); }
//# emits: nothing that is JSON
if (typeof emit == 'function') { [undefined, NaN, -0, 1e400, Symbol('x'), function () {}, new Date(NaN), /x/, new Map([[1, 2]]),
  new Proxy([], {}), 1n, Object(1n), new Uint8Array(9), new ArrayBuffer(9), globalThis, arguments, emit].forEach(function (x) { try {
  emit(x, x); } catch (e) {} try { emit([x], { x: x }); } catch (e) {} }); }
//# emits: halves of characters
if (typeof emit == 'function') { emit('\ud800', '\udc00\ud800'); emit('\u0000', '\u0000');
  emit('\uffff\ufffe', { '\ud800': '\ud800', '\udc00': 1 }); emit(['\ud83d', '\ude00'], '\ud83d' + '\ude00'); }
//# emits: twice the same name
if (typeof emit == 'function') { emit(JSON.parse('{"a":1,"a":2,"__proto__":3}'), Object.defineProperty({}, '__proto__', { value: 1,
  enumerable: true })); emit({ '': 1, ' ': 2, '\n': 3 }, { _id: 'x', _rev: 'y' }); }
//# emits: JSON that is raw
var raw = JSON.rawJSON; if (typeof emit == 'function') { if (raw) { try { emit(1, raw('1e999999')); emit(raw('"x"'), raw('-0'));
  } catch (e) {} } emit({ rawJSON: '}{' }, Object.freeze(Object.assign(Object.create(null), { rawJSON: ']]' }))); }
//# emits: an array of great length
if (typeof emit == 'function') { var a = []; a.length = 4294967295; emit(a, 1); }
//# emits: a long key
if (typeof emit == 'function') { emit('k'.repeat(3e6), 1); emit(['k'.repeat(2e6)], 'v'.repeat(2e6)); }
//# emits: a number of many digits
if (typeof emit == 'function') { emit(5e-324, 1.7976931348623157e308); emit(9007199254740993, -9223372036854775809);
  emit(1e21, 123456789012345680000); }
//# emits: then runs for ever
if (typeof emit == 'function') emit('leaked', 'leaked'); for (;;) {}
//# emits: then throws
if (typeof emit == 'function') { emit('leaked', 'leaked'); throw 1; }
//# emits: by another's name
if (typeof emit == 'function') { emit.call({ _id: 'leaked' }, 1, 2); emit.apply(null, new Array(1e5));
  Reflect.apply(emit, globalThis, { length: 3, 0: 1 }); new Promise(function (r) { r(emit(1, 1)); }); try { new emit(1, 1);
  } catch (e) {} [1, 2, 3].forEach(emit); }
//# emits: linked documents
if (typeof emit == 'function') { emit(1, { _id: '../good/n0' }); emit(1, { _id: '_design/d' }); emit(1, { _id: { toString: 1 } });
  emit(1, { _id: 'x', _rev: [] }); }

//# protocol: lines in the log
log('["error","x","y"]'); log('\n["reset"]\n[true]\n'); log('\u0000\r\n\u001b[2J'); log(undefined); log(Symbol('x'));
  log({ toString: null });
//# protocol: answers in what is returned
return '["end",[]]\n["chunks",["x"]]\n[true,[]]\n';
//# protocol: commands in what is returned
return ['reset', ['ddoc', 'new', '_design/d', { views: {} }], '\n["map_doc",{}]\n'];
//# protocol: what is sent
if (typeof send == 'function') { send('["end",["x"]]\n'); send('\n\n'); send(']}'); send('HTTP/1.1 200 OK\r\nX-Injected: 1\r\n\r\n'); }
//# protocol: toJSON that is text
return { toJSON: function () { return '"}]\n["reset"]'; } };
//# protocol: a list that never starts
if (typeof getRow == 'function') { return new Promise(function () {}); } return { then: function () {} };
//# protocol: starts often
if (typeof start == 'function') { for (var i = 0; i < 1e4; i++) { start({ code: 200 + i % 300, headers: {
  ['X-' + i]: 'y'.repeat(100) } }); } }
//# protocol: starts with what breaks lines
if (typeof start == 'function') { start({ code: '200 OK\r\nX-Injected: 1', headers: { 'X-A\r\nX-Injected': '1',
  'X-B': 'b\r\nX-Injected: 1', 'X-C': 'c\nX-Injected: 1', 'X-D': '\u0000', 'X-E': 'é€\ud800', ' ': 'x', ':': ':' } }); send('x'); }
//# protocol: starts late
if (typeof start == 'function') { send('x'.repeat(1e6)); start({ code: 500, headers: { 'X-Late': '1' } }); getRow(); start({ code: 100 }); }
//# protocol: sends what is no text
if (typeof send == 'function') { [undefined, null, NaN, {}, [], function () {}, new Uint8Array(9), { toString: function () {
  return 'x'.repeat(1e6); } }, '\ud800', '\u0000', -0, 1n].forEach(function (x) { try { send(x); } catch (e) {} }); send(Symbol('x')); }
//# protocol: sends without end, a letter at a time
for (;;) { if (typeof send == 'function') send('x'); else log('x'); }
//# protocol: sends empty texts without end
for (;;) { if (typeof send == 'function') send(''); else log(''); }
//# protocol: asks for rows for ever
for (;;) { if (typeof getRow == 'function') getRow(); else log(''); }
//# protocol: gives rows another face
if (typeof getRow == 'function') { var r; while ((r = getRow())) { r.toString = function () { for (;;) {} }; r.id = r; send(r); } }
//# protocol: provides without end
if (typeof provides == 'function') { for (var i = 0; i < 1e4; i++) { try { registerType('t' + i, 'text/x' + i, '*/*');
  provides('t' + i, function () { for (;;) {} }); } catch (e) {} } provides('html', function () { for (;;) {} });
  provides('json', function () { return { toString: function () { for (;;) {} } }; }); }
//# protocol: what it is given, out of place
['emit', 'send', 'start', 'getRow', 'provides', 'registerType', 'sum', 'toJSON', 'isArray', 'require'].forEach(function (k) { var f;
  try { f = eval(k); } catch (e) {} if (typeof f != 'function') return;
  [[], [undefined], [null, null], [{}], [[]], [function () {}], [Symbol('x')], [1n], [new Proxy({}, {})], ['x', { get a() { throw 1;
  } }]].forEach(function (a) { try { f.apply({}, a); } catch (e) {} }); });

//# returns: a promise that never settles
return new Promise(function () {});
//# returns: a generator
return (function* () { for (;;) yield 'x'; })();
//# returns: an asynchronous body
return { code: 200, body: Promise.resolve('x'), headers: Promise.resolve({}) };
//# returns: codes that are none
return { code: [-1, 0, 99, 600, 1e9, NaN, '200', 2.5][Date.now() % 8], body: 'x' };
//# returns: code 100
return { code: 100, body: 'x' };
//# returns: code 101
return { code: 101, headers: { Upgrade: 'websocket', Connection: 'Upgrade' }, body: 'x' };
//# returns: code 204 with a body
return { code: 204, body: 'GET /good HTTP/1.1\r\n\r\n' };
//# returns: code 304 with a body
return { code: 304, body: 'x'.repeat(1e5), headers: { 'Content-Length': '100000' } };
//# returns: another length
return { code: 200, headers: { 'Content-Length': '3' }, body: 'abcdef' };
//# returns: a greater length
return { code: 200, headers: { 'Content-Length': '300000', 'content-length': '5' }, body: 'abcdef' };
//# returns: chunks of its own
return { code: 200, headers: { 'Transfer-Encoding': 'chunked', 'Content-Length': '9', Trailer: 'X-Injected' },
  body: '0\r\nX-Injected: 1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n' };
//# returns: headers of the connection
return { code: 200, headers: { Connection: 'close, keep-alive', 'Keep-Alive': 'timeout=-1', Upgrade: 'h2c', 'Proxy-Connection': 'x',
  Date: 'never', Server: 'x\ty', 'Content-Encoding': 'gzip', 'Content-Type': 'a\r\nX-Injected: 1' }, body: 'not packed' };
//# returns: thousands of headers
var h = {}; for (var i = 0; i < 20000; i++) h['X-' + i] = 'v'; return { code: 200, headers: h, body: 'x' };
//# returns: one long header
return { code: 200, headers: { 'X-A': 'x'.repeat(1e7), ['X-' + 'y'.repeat(1e6)]: '1' }, body: 'x' };
//# returns: headers of other kinds
return { code: 200, headers: { a: 1, b: null, c: [1, 2], d: { e: 1 }, f: undefined, g: function () {}, __proto__: { h: 1 } }, body: 'x' };
//# returns: headers that are no object
return { code: 200, headers: ['x', ['y', 'z']], body: ['a', 1, null, { b: 1 }] };
//# returns: base64 in quantity
return { code: 200, base64: 'QUJD'.repeat(8e6), headers: { 'Content-Type': 'text/html' } };
//# returns: stop and more
return { stop: true, code: 1, forward: '/', json: { a: NaN }, body: 1, base64: 1, chunks: [1], end: 'x' };
//# returns: a document that is not its own
return [{ _id: 'n0', _rev: '1-x', n: 1 }, 'x'];
//# returns: a document with an odd name
return [{ _id: ['_local/x', '', 'a/../../good/n0', '\u0000', '_bad', '_design/', 'x'.repeat(1e6), '\ud800', '../good/n0',
  '%2e%2e%2fgood'][Date.now() % 10] }, 'x'];
//# returns: a document whose name is none
return [{ _id: [5, null, {}, [], true, undefined][Date.now() % 6], _rev: {} }, 'x'];
//# returns: a document with odd attachments
return [{ _id: 'odd', _attachments: [{ x: { stub: true } }, { x: { follows: true, length: 1e9 } }, { x: { data: '%%%' } }, { '../x': {
  data: 'QQ==' } }, [], 'x', { x: { data: 'QQ==', content_type: 'a\r\nX-Injected: 1', revpos: -1, digest: 'md5-x' } }, {
  '': {} }][Date.now() % 8] }, 'x'];
//# returns: a document with members of its own
return [{ _id: 'odd2', _deleted: 'x', _revisions: { start: 1e9, ids: ['x'] }, _conflicts: [], _local_seq: 1, _foo: 1 }, 'x'];
//# returns: a document that is deep
var o = 1; for (var i = 0; i < 5000; i++) o = [o]; return [{ _id: 'deep', o: o }, { body: 'x', json: o }];
//# returns: a document that is large
return [{ _id: 'large', x: 'x'.repeat(2e7) }, 'x'];
//# returns: a document by getters
var n = 0; return [{ get _id() { return 'g' + n++; }, get _rev() { for (;;) {} } }, { get code() { return n++;
  }, toJSON: function () { return this; } }];
//# returns: another place by rewrite
return { path: ['../../good/n0', '/good/n0', '//good/n0', 'http://127.0.0.1:1/x', '../../../../_config', '_show/../../../good/n0',
  '..%2f..%2fgood', '\\..\\..\\good'][Date.now() % 8], query: { a: [1, { b: 1 }] } };
//# returns: itself by rewrite
return { path: '_rewrite/x', method: 'GET', body: 'x' };
//# returns: itself by rewrite, growing
return { path: '_rewrite/' + 'x'.repeat(((arguments[0] || {}).raw_path || '').length + 1000), query: { a: 'b'.repeat(1000) } };
//# returns: a broken line by rewrite
return { path: 'x HTTP/1.1\r\nX-Injected: 1\r\n\r\n', method: 'GET / HTTP/1.1\r\nX', headers: { 'X-A\r\nB': 'c\r\nX-Injected: 1',
  Host: 'evil', Authorization: 'Basic x', 'Content-Length': '-1' }, query: { 'a\r\nb': '\r\n' } };
//# returns: rewrite with odd members
return { path: [1], method: {}, headers: [], query: 'x', body: { a: function () {} }, peer: 1, userCtx: { roles: ['_admin'] },
  code: 'abc' };
//# returns: something else each time
var n = (globalThis.leakedCount = (globalThis.leakedCount || 0) + 1);
  return n % 2 ? new Array(n * 1000).fill(Math.random()) : { a: Math.random() };
//# returns: more than it was given
return JSON.stringify(Array.prototype.slice.call(arguments)).repeat(100);
//# returns: values that are truth of an odd kind
return [new Boolean(false), NaN, '', [], document = undefined, Object(0n)][Date.now() % 6];
//# returns: a proxy that was revoked
var r = Proxy.revocable([], {}); r.revoke(); return r.proxy;
//# returns: an array that a proxy makes long
return new Proxy([], { get: function (t, k) { return k == 'length' ? 4294967295 : k == 'toJSON' ? undefined : 'x'; } });
//# returns: itself
return arguments.callee;
//# returns: the global object
return globalThis;
