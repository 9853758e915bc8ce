// Makes JavaScript expressions from a seed: operators, and the built-in functions of each family with arguments that fit and that don't.
// Clock, chance, time zone, locale and addresses are left out, because two servers may differ in them.

/** A generator of random numbers that a seed repeats (mulberry32). */
function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (n) => Math.floor(next() * n);
  return { int, pick: (list) => list[int(list.length)], maybe: (p) => next() < p };
}

const numbers = [
  '0', '-0', '1', '-1', '2', '3', '7', '10', '0.1', '-0.5', '1.5', '2.5', '255', '256', '1e21', '1e-7', '5e-324', '1.7976931348623157e308',
  '4294967295', '4294967296', '2147483648', '-2147483649', '9007199254740991', '9007199254740993', '1234567.125', 'NaN', 'Infinity',
  '-Infinity', '0x1F', '0b101', '0o17', '1_000',
];
const strings = [
  "''", "'a'", "'abc'", "'A b C'", "'12'", "' 12.5 '", "'0x1f'", "'1e3'", "'é'", "'ß'", "'İ'", "'日本語'", "'😀'", "'a😀b'", "'\\ud800'",
  "'a\\u0000b'", "'a,b,,c'", "'aaa'", "'line1\\nline2'", "'[1,2]'", "'{\"a\":1}'", "'{\"a\":'", "'undefined'", "'%E4%BD%A0'", "'%E4%A'",
  "'a b&c=d'", "'\\u1e9b\\u0323'", "'x'.repeat(50)", "'2020-02-30'", "'2020-02-29T12:34:56.789Z'",
];
const others = [
  'undefined', 'null', 'true', 'false', '[]', '[1,2,3]', '[3,1,2]', "['b','a']", '[1,[2,[3,[4]]]]', '[,1]', '[undefined,null]', '{}',
  '{a:1}', '{a:1,b:{c:2}}', '{valueOf(){return 42}}', "{toString(){return 'ts'}}", '{toJSON(){return 7}}', '{length:2,0:1,1:2}', '(x)=>x',
  '(a,b)=>a-b', '(x)=>x>1', '(x,i)=>[x,i]', 'function(){return this}', "Symbol.iterator", "Symbol('s')", '10n', '-3n', '0n', '2n**70n',
  '/a/g', '/(b)(c)?/i', '/\\d+/y', 'new Map([[1,2]])', 'new Set([1,2])', 'new Date(0)', 'new Date(NaN)', 'new Error("e")',
  'Object.create(null)', 'Object.freeze({a:1})', 'Object.create({a:1},{b:{value:2}})', '(function(){return arguments})(1,2)',
  '{get a(){throw new RangeError("got")}}', '{length:-1,0:7}', '{[Symbol.toPrimitive](h){return h}}',
  '{toString(){return {}},valueOf(){return {}}}', 'Object(Symbol("w"))', 'Object(5n)', '[,,3].keys()', 'new WeakMap()',
  '(function*(){yield 1;yield 2})()', 'class {}', 'new (class K {x=1})', 'new Boolean(false)', 'new Number(5)', 'Object("s")',
];
const any = [...numbers, ...strings, ...others];
const arrays = [
  '[]', '[1,2,3]', '[3,1,2]', "['b','a','C']", '[1,[2,[3,[4]]]]', '[,1,,2]', '[undefined,null,NaN]', '[0,-0,1]', '[1,2,3,4,5,6,7,8,9,10]',
  "[{a:2},{a:1}]", 'Array.from({length:5},(_, i)=>i*i)', 'new Array(3)', "[...'héllo']", '[10,9,1]', "['1','2','3']",
];
const callbacks = [
  '(x)=>x', '(x)=>x>1', '(a,b)=>a-b', '(a,b)=>b-a', '(x,i)=>[x,i]', '(a,x)=>a+x', '(x)=>String(x)', 'Boolean', 'Number', 'String',
  '(x)=>x*2', 'function(x){return this}', '()=>{throw new TypeError("cb")}', 'undefined', 'null', '1', "'f'", 'parseInt', 'isNaN',
  '(x)=>[x,[x]]', '(a)=>a.a', 'Array', 'Object', 'Symbol', 'BigInt', 'RegExp', 'Map', 'Math.max', 'JSON.stringify', 'async(x)=>x',
  'function*(x){yield x}', '({m(x){return x}}).m', '(class{constructor(x){this.x=x}})',
];
const patterns = [
  '/a/', '/a/g', '/A/i', '/(a)(b)?/', '/\\d+/g', '/^.$/', '/^.$/u', '/\\bfoo\\b/', '/[^a-c]+/g', '/(?<y>\\d{4})-(?<m>\\d\\d)/',
  '/(?:x|y)+?/', '/a{2,3}/g', '/(?=b)/', '/(?<=a)b/', '/(?<!a)b/', '/\\u{61}/u', '/\\p{Lu}/gu', '/./s', '/^b/m', '/a/y', '/(a*)*/',
  '/\\1(a)/', '/[\\d-x]/', '/\\cA/', '/(?<n>a)\\k<n>/', '/[]/', '/[^]/', '/\\s+/g', '/,/', '/(,)/', '/\\w+$/gm', '/x*/g', '/(?:)/',
  '/[😀]/u', '/[\\u{1F600}]/iu', '/é/i', '/ſ/iu', '/a|ab/d', '/(?:(a)|b)*/', '/(z)((a+)?(b+)?(c))*/', '/(?=(a+))a*b\\1/', '/(?!b)./g',
  '/^\\s*$/m', '/[\\s\\S]{2}/g', '/\\B./g', '/\\u0061/', '/\\x61/', '/[\\b]/', '/\\0/', '/a{,2}/', '/a{0}/', '/(?:)|a/g',
  '/\\p{Script=Greek}/u', '/\\P{ASCII}/gu', '/(?<=(\\d+)(\\d+))$/', '/\\k<n>/', '/]/', '/{/', '/[A-Z]+/gi', '/(?<$>a)/', '/(a?)??/',
  '/(?:a*?)*b/',
];
const unicode = ['/./u', '/^.$/u', '/[😀]/u', '/\\udf06/u', '/(?:)/u', '/\\S/iu', '/[^a]/u', '/a/u', '/(?=.)/u', '/(?<=.)/u'];
const subjects = [
  "'abcabc'", "'foo bar'", "'aaaa'", "'2020-12-31 and 1999-01-02'", "'😀'", "'a\\nb'", "'ÀÉ é ß ſ K'", "''", "'xyxxy'", "'a,b,c'",
  "'1 22 333'", "'Hello World'", 'null', '123', 'undefined', "'aab'", "'zaacbbbcac'", "'αβγ'", "'\\ude00x'", "'a\\u2028b'", "'{]'",
  "'abab'",
];

const methods = {
  string: [
    "charAt", 'charCodeAt', 'codePointAt', 'at', 'concat', 'endsWith', 'includes', 'indexOf', 'isWellFormed', 'lastIndexOf', 'normalize',
    'padEnd', 'padStart', 'repeat', 'slice', 'split', 'startsWith', 'substr', 'substring', 'toLowerCase', 'toUpperCase', 'toWellFormed',
    'trim', 'trimEnd', 'trimStart', 'toString', 'valueOf', 'anchor', 'bold', 'link', 'replaceAll', 'replace', 'search', 'match', 'matchAll',
    'localeCompare', 'trimLeft', 'trimRight', 'toLocaleUpperCase', 'toLocaleLowerCase', 'big', 'blink', 'fixed', 'fontcolor', 'fontsize',
    'italics', 'small', 'strike', 'sub', 'sup', '__quote',
  ],
  array: [
    'at', 'concat', 'copyWithin', 'entries', 'every', 'fill', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flat', 'flatMap',
    'forEach', 'includes', 'indexOf', 'join', 'keys', 'lastIndexOf', 'map', 'pop', 'push', 'reduce', 'reduceRight', 'reverse', 'shift',
    'slice', 'some', 'sort', 'splice', 'toReversed', 'toSorted', 'toSpliced', 'toString', 'unshift', 'values', 'with', 'toLocaleString',
  ],
  objectOwn: [
    'hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable', 'toLocaleString', 'toString', 'valueOf', '__defineGetter__',
    '__defineSetter__', '__lookupGetter__', '__lookupSetter__',
  ],
  number: ['toExponential', 'toFixed', 'toPrecision', 'toString', 'valueOf', 'toLocaleString'],
  math: [
    'abs', 'ceil', 'clz32', 'floor', 'fround', 'hypot', 'imul', 'max', 'min', 'pow', 'round', 'sign', 'sqrt', 'trunc', 'cbrt', 'exp', 'log',
    'log2', 'log10', 'sin', 'cos', 'tan', 'atan', 'atan2', 'sinh', 'expm1', 'log1p', 'asin', 'acos', 'cosh', 'tanh', 'asinh', 'acosh',
    'atanh', 'f16round', 'sumPrecise',
  ],
  object: [
    'assign', 'create', 'defineProperties', 'defineProperty', 'entries', 'freeze', 'fromEntries', 'getOwnPropertyDescriptor',
    'getOwnPropertyDescriptors', 'getOwnPropertyNames', 'getOwnPropertySymbols', 'getPrototypeOf', 'groupBy', 'hasOwn', 'is',
    'isExtensible', 'isFrozen', 'isSealed', 'keys', 'preventExtensions', 'seal', 'setPrototypeOf', 'values',
  ],
  reflect: [
    'apply', 'construct', 'defineProperty', 'deleteProperty', 'get', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'has', 'isExtensible',
    'ownKeys', 'preventExtensions', 'set', 'setPrototypeOf',
  ],
  dateGet: [
    'getTime', 'getUTCDate', 'getUTCDay', 'getUTCFullYear', 'getUTCHours', 'getUTCMilliseconds', 'getUTCMonth', 'toISOString', 'toJSON',
    'toUTCString', 'toGMTString', 'valueOf',
  ],
  dateSet: [
    'setTime', 'setUTCDate', 'setUTCFullYear', 'setUTCHours', 'setUTCMilliseconds', 'setUTCMinutes', 'setUTCMonth', 'setUTCSeconds',
  ],
  typed: [
    'at', 'copyWithin', 'every', 'fill', 'filter', 'find', 'findLast', 'includes', 'indexOf', 'join', 'map', 'reduce', 'reverse', 'set',
    'slice', 'some', 'sort', 'subarray', 'toReversed', 'toSorted', 'with', 'toString',
  ],
  map: ['get', 'has', 'set', 'delete', 'clear', 'forEach', 'keys', 'values', 'entries', 'getOrInsert', 'getOrInsertComputed'],
  set: ['add', 'has', 'delete', 'clear', 'forEach', 'keys', 'values', 'entries'],
  bigint: ['toString', 'valueOf', 'toLocaleString'],
};
const builtIns = ['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'RegExp', 'Map', 'Set', 'WeakMap',
  'WeakSet', 'Date', 'Error', 'TypeError', 'AggregateError'].flatMap((name) => [name, name + '.prototype']) .concat('Math', 'Reflect',
  'JSON', 'globalThis.eval', 'parseInt', '(function*(){}).prototype', '[].keys().__proto__', 'new Map().keys().__proto__');
const helpers = ['emit', 'sum', 'log', 'provides', 'registerType', 'start', 'send', 'getRow', 'isArray', 'toJSON', 'require'];
const cameOrWent = new RegExp('^(isError|escape|unicodeSets|f16round|sumPrecise|getOrInsert(Computed)?|union|intersection|difference|'
  + 'symmetricDifference|is(Subset|Superset)Of|isDisjointFrom|__quote|__getClass)$');
const stays = (name) => !cameOrWent.test(name);
const binary = [
  '+', '-', '*', '/', '%', '**', '==', '!=', '===', '!==', '<', '>', '<=', '>=', '&', '|', '^', '<<', '>>', '>>>', '&&', '||', '??', 'in',
  'instanceof', ',',
];
const unary = ['-', '+', '!', '~', 'typeof ', 'void ', 'delete '];
const dates = [
  "'1997-03-08T11:19:10-07'", "'1997-03-08 11:19:10-0700'", "'2020-01-01T24:00:00Z'", "'2020-01-01T00:00:00.1234567Z'",
  "'2020-13-01T00:00:00Z'", "'-000000-01-01T00:00:00Z'", "'+20200-01-01T00:00:00Z'", "'20200-01-01T00:00:00Z'", "'1 Jan 2019 GMT'",
  "'Tue Jan 01 2019 00:00:00 GMT+0100 (CET)'", "'2020-01-01T00:00Z'", "'2020-01-01T00Z'", '0', 'NaN', '8.64e15', '8.64e15+1', '-1', '1e12',
  "'2020-02-29T12:34:56.789Z'", "'2020-02-30T00:00:00Z'", "'-000001-01-01T00:00:00Z'", "'+275760-09-13T00:00:00.000Z'", "'2020'",
  "'2020-06'", "'x'", "'Tue, 01 Jan 2019 00:00:00 GMT'", '1e21', 'Date.UTC(99,0)', 'Date.UTC(2020,12,31,25,61,61,1001)', '{}', 'null',
  'undefined', "'Thu Jan 01 1970 00:00:00 GMT+0200'",
];
const errors = ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError'];
const typed = [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array',
  'BigInt64Array', 'BigUint64Array',
];

// Without loops that a change of one token could make endless, and without names that other expressions use.
const programs = [
  'var q1=1,q2=[q1,2];q2[0]', 'let {a:q1,...q2}={a:1,b:2};q2', 'function q1(a,b=2,...c){return a+b+c.length}q1(1)',
  'class Q1{#p=1;static s=2;get p(){return this.#p}}new Q1().p', 'class Q1 extends Array{constructor(){super(2)}}new Q1().length',
  'for(const q1 of [1,2])q1', 'for(const q1 in {a:1})q1', 'try{throw 1}catch(q1){q1}finally{2}', 'switch(1){case 1:2;break;default:3}',
  'q1:{break q1}', 'if(1)2;else 3', '(()=>({a:1}))().a', 'const q1=async(a)=>await a;q1.name', 'function*q1(){yield*[1];yield 2}[...q1()]',
  "'use strict';let q1=1;q1", 'new.target', '({a:1,get b(){return 2},set b(v){},["c"]:3,d(){}}).b', '[1,,2].length', '`a${1}b`', '1?2:3',
  'a?.b?.[0]?.(1)', '/a[b]/g.test("b")', '0x1F+0b11+0o7+1n', 'typeof void 0', 'delete q1.a', '1**2', '(a,b)=>a', 'return 1', 'import("a")',
  'yield 1', 'await 1', 'super.a', 'let q1;let q2;q1', 'new Date?.(0)', '1 in {}', '[q1,q2]=[1,2]', '({q1}={q1:1})', 'label:1', ';',
];

/** Families of expressions, each a function of a source of chance. */
export const families = {
  operators: (c) => expression(c, 3),
  unary: (c) => `${c.pick(unary)}(${expression(c, 1)})`,
  string: (c) => call(c, c.pick(strings), c.pick(methods.string), c.pick([numbers, strings, any, patterns])),
  stringOfAnything: (c) => `String.prototype.${c.pick(methods.string)}.call(${args(c, any, 3)})`,
  stringStatic: (c) => c.pick([
    () => `String.fromCharCode(${args(c, numbers, 3)})`,
    () => `String.fromCodePoint(${args(c, numbers, 3)})`,
    () => `String.raw({raw:${c.pick(arrays)}},${args(c, any, 2) || 1})`,
    () => `String(${c.pick(any)})`,
    () => '`' + `a\${${c.pick(any)}}b` + '`',
  ])(),
  array: (c) => call(c, c.pick(arrays), c.pick(methods.array), c.pick([numbers, callbacks, any, arrays])),
  arrayOfAnything: (c) => `Array.prototype.${c.pick(methods.array)}.call(${args(c, c.maybe(0.5) ? others : any, 3)})`,
  arrayStatic: (c) => c.pick([
    () => `Array.from(${args(c, any, 2)})`,
    () => `Array.of(${args(c, any, 3)})`,
    () => `Array.isArray(${c.pick(any)})`,
    () => `new Array(${args(c, numbers.slice(0, 12), 2)})`,
    () => `[...${c.pick(any)}]`,
    () => `Math.max(...${c.pick(any)})`,
  ])(),
  number: (c) => call(c, `(${c.pick(numbers)})`, c.pick(methods.number), numbers.concat(strings.slice(0, 5))),
  numberStatic: (c) => c.pick([
    () => `Number(${c.pick(any)})`,
    () => `parseInt(${args(c, any, 2)})`,
    () => `parseFloat(${c.pick(any)})`,
    () => `Number.isInteger(${c.pick(any)})`,
    () => `Number.isSafeInteger(${c.pick(any)})`,
    () => `isNaN(${c.pick(any)})`,
    () => `isFinite(${c.pick(any)})`,
    () => `new Number(${c.pick(any)})`,
  ])(),
  math: (c) => `Math.${c.pick(methods.math)}(${args(c, c.maybe(0.7) ? numbers : any, 3)})`,
  object: (c) => `Object.${c.pick(methods.object)}(${args(c, any, 3)})`,
  objectLiteral: (c) => `({[${c.pick(any)}]:${c.pick(any)},...${c.pick(any)},a:${c.pick(any)}})${c.pick(['', '.a', '?.b', '["c"]', '.a.b',
    '.toString()'])}`,
  // What built-ins have, without what came and went with versions of the engine.
  members: (c) => {
    // JSON is frozen here, since all functions have the same one. In CouchDB a function that changes it ends the process.
    const on = c.pick(builtIns), frozen = on === 'JSON' ? 'Math' : on;
    return c.pick([
      () => `Reflect.ownKeys(${on}).map(String).filter((k)=>!${cameOrWent}.test(k)).sort().slice(${c.pick([-35, -20, 0, 10,
        20])}).slice(0,${c.pick([12, 25, 40])})`,
      () => `Object.getOwnPropertyDescriptor(${frozen},'${c.pick(methods[c.pick(Object.keys(methods))].filter(stays))}')`,
      () => `${on}${c.pick(['.length', '.name', '.prototype', '.constructor', '[Symbol.toStringTag]', '[Symbol.species]'])}`,
      () => `Object.getPrototypeOf(${on})`,
      () => `${c.pick(helpers)}${c.pick(['.name', '.length', ' instanceof Function', '.constructor===Function'])}`,
      () => `Object.isFrozen(${frozen})||Object.isExtensible(${frozen})`,
      () => `${on === 'Date' ? 'Date.UTC' : on}(${args(c, others, 1)})`,
    ])();
  },
  reflect: (c) => `Reflect.${c.pick(methods.reflect)}(${args(c, others, 3)})`,
  proxy: (c) => `(p=>${c.pick(['p.x', "'x' in p", 'delete p.x', 'p.x=1', 'Object.keys(p)', 'p()', 'new p()', 'JSON.stringify(p)', '`${p}`',
    'Object.getPrototypeOf(p)', 'p instanceof Object', '{...p}'])})(new Proxy(${c.pick(others)}, {${c.pick(['', 'get:()=>1', 'has:()=>true',
    'ownKeys:()=>["a"]', 'deleteProperty:()=>false', 'set:()=>false', 'apply:()=>2', 'construct:()=>({})',
    'get(){throw new RangeError("trap")}', 'ownKeys:()=>[1]', 'getPrototypeOf:()=>null'])}}))`,
  // A replacer that always returns another object would go on until CouchDB's process ends.
  json: (c) => c.pick([
    () => `JSON.stringify(${args(c, any, 3)})`.replace('(x,i)=>[x,i]', '(x)=>x'),
    () => `JSON.stringify(${expression(c, 1)})`,
    () => `JSON.parse(${c.pick(strings)})`,
    () => `JSON.parse(${c.pick(["'1.'", "'1e'", "'1e+'", "'-'", "'+1'", "'.5'", "'-01'", "'[1'", "'[1 2]'", "'{\"a\"'", "'{\"a\":1,}'",
      "'{a:1}'", "'{\"a\" 1}'", "'{1:2}'", "'\\'a\\''", "'\"abc'", "'\"\\\\x41\"'", "'\"\\\\u12\"'", "'\"\\\\u12g4\"'", "'\"a\\nb\"'",
      "'\"\\\\v\"'", "'\"\\\\\"'", "'tru'", "'nulll'", "'NaN'", "'Infinity'", "'undefined'", "'1 2'", "'[]]'", "'\\ufeff1'", "'//'",
      "'/**/1'", "'\\f1'", "'[,1]'", "'{,}'", "'0x1'", "'1n'", "'{\"a\":1'", "'\\u20281'"])}${c.pick(['', ',(k,v)=>v'])})`,
    () => `JSON.parse(${c.pick(["'[1,2,{\"a\":null}]'", "'{\"__proto__\":1}'", "'1e400'", "'-0'", "'\"\\\\ud800\"'", "'[1,]'",
      "'{\"a\":1,\"a\":2}'", "' 1 '", "'\\u00a01'", "'01'", "'nul'", "''", "'\"\\t\"'"])}${c.pick(['', ',(k,v)=>v', ',(k,v)=>k?v:[v]',
      ',(k,v)=>undefined'])})`,
  ])(),
  regexp: (c) => c.pick([
    () => `${c.pick(patterns)}.test(${c.pick(subjects)})`,
    () => `${c.pick(patterns)}.exec(${c.pick(subjects)})`,
    () => `String(${c.pick(subjects)}).replace(${c.pick(patterns)},${c.pick(["'[$&]'", "'$1-$2'", "'$`|$\\''", "'$$'", "'$<y>'",
      '(...a)=>JSON.stringify(a)', 'null', "''"])})`,
    () => `String(${c.pick(subjects)}).split(${c.pick(patterns)}${c.pick(['', ',2', ',-1', ',0'])})`,
    () => `String(${c.pick(subjects)}).match(${c.pick(patterns)})`,
    () => `[...String(${c.pick(subjects)}).matchAll(${c.pick(patterns)})]`,
  ])(),
  regexpState: (c) => c.pick([
    () => `(r=>{r.lastIndex=1;return [r.exec(${c.pick(["'😀'", "'😀a'", "'a😀'"])}),r.lastIndex]})(${c.pick(unicode)}${c.pick(['g', 'y'])})`,
    () => `(r=>{r.lastIndex=${c.pick(['0', '1', '2', '-1', '100', "'1'", '1.7',
      'NaN'])};return [r.exec(${c.pick(subjects)}),r.lastIndex]})(${c.pick(patterns)})`,
    () => `RegExp.prototype[Symbol.${c.pick(['match', 'replace', 'search', 'split', 'matchAll'])}].call(${c.pick([...patterns, ...patterns,
      ...others])},${c.pick(subjects)},${c.pick(["'-'", '2', 'undefined'])})`,
    () => `(r=>[r.source,r.flags,r.lastIndex,r.exec(${c.pick(subjects)})?.index,r.lastIndex])(${c.pick(patterns)})`,
  ])(),
  regexpStatic: (c) => c.pick([
    () => `new RegExp(${c.pick(["'('", "'[a'", "'a{2,1}'", "'\\\\'", "'(?<n>a)(?<n>b)'", "'*'", "'a**'", "'(?<a'", "'\\\\u{110000}'", "'x'",
      "'[b-a]'", "'(?i:a)'", "'(?-i:a)'", '/a/g', "'(?<n>a)|(?<n>b)'", "'\\\\x{1}'", "'\\\\p{Foo}'", "'\\\\k<z>'", "'(?<=a)*'", "'{1}'",
      "'a{1'", "')'", "']'", "'\\\\u{1'", "'\\\\c'", "'[\\\\d-z]'", "'\\\\-'", "'(?a)'", "'(?<1>a)'", "'\\\\2(a)'"])},${c.pick(["''", "'g'",
      "'gg'", "'u'", "'v'", "'x'", 'undefined', 'null', "'dgimsuy'"])})`,
    () => `new RegExp(${c.pick([...patterns, ...strings])},${c.pick(['undefined', "'g'", "'iu'", "'yd'", "'m'"])}).${c.pick(['source',
      'flags', 'toString()', 'global', 'dotAll', 'unicodeSets', 'lastIndex', 'constructor.name'])}`,
    () => `RegExp.${c.pick(['escape', 'prototype.test', 'prototype.exec', 'prototype.toString', 'prototype.compile', 'name'])}${c.pick(['',
      '(1)', ".call('a','a')", `.call(${c.pick(patterns)},'a')`])}`,
  ])(),
  date: (c) => c.pick([
    () => `new Date(${c.pick(dates)}).${c.pick(methods.dateGet)}()`,
    () => `(d=>[d.${c.pick(methods.dateSet)}(${args(c, numbers, 3)}),d.getTime()])(new Date(${c.pick(dates)}))`,
    () => `Date.UTC(${args(c, numbers, 7)})`,
    () => `Date.parse(${c.pick(dates.filter((d) => d.startsWith("'") && (d.includes('Z') || d.includes('GMT') || d.length < 10)))})`,
    () => `new Date(${c.pick(dates)})${c.pick(['-0', '[Symbol.toPrimitive]("number")', '.toJSON()', '[Symbol.toPrimitive]("x")'])}`,
  ])(),
  bigint: (c) => c.pick([
    () => `BigInt(${c.pick(any)})`,
    () => `(${c.pick(['10n', '-3n', '0n', '2n**70n', '123456789012345678901234567890n'])})${c.pick(['+', '-', '*', '/', '%', '**', '&', '|',
      '^', '<<', '>>', '>>>', '==', '===', '<', '>'])}(${c.pick(['3n', '-2n', '0n', '5', "'7'", '1.5', '64n', 'null', 'true', 'NaN'])})`,
    () => `BigInt.as${c.pick(['Int', 'Uint'])}N(${c.pick(numbers)},${c.pick(['255n', '-1n', '2n**64n', '5', "'9'"])})`,
    () => `(${c.pick(['255n', '-255n', '2n**100n'])}).toString(${c.pick(numbers)})`,
  ])(),
  mapsAndSets: (c) => c.pick([
    () => `(m=>[m.${c.pick(methods.map)}(${args(c, any, 2)}),m.size,[...m.entries()]])(new Map([[1,'a'],[NaN,'b'],[-0,'c'],['k',{}]]))`,
    () => `(s=>[s.${c.pick(methods.set)}(${args(c, any, 1)}),s.size,[...s]])(new Set([1,NaN,0,'k']))`,
    () => `new ${c.pick(['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef'])}(${c.pick(any)})`,
    () => `(w=>[w.${c.pick(['set', 'add', 'has', 'delete', 'get'])}(${args(c, others,
      2)}),w.has(${c.pick(others)})])(new ${c.pick(['WeakMap', 'WeakSet'])}())`,
    () => `Map.groupBy(${c.pick(arrays)},${c.pick(callbacks)})`,
    () => `new Map(${c.pick(['[[1,2]]', '[1]', '[[]]', '{}', '[{0:1,1:2}]', "['ab']", 'new Map([[1,2]])',
      '(function*(){yield [1,2];throw new Error("it")})()'])}).${c.pick(['size', 'get(1)', 'has("a")', 'entries().next()', 'keys()',
      '[Symbol.iterator].name'])}`,
    () => `new Set([1,2,3]).${c.pick(['union', 'intersection', 'difference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom',
      'symmetricDifference'])}(${c.pick(['new Set([2])', '[2]', 'new Map([[2,1]])'])})`,
    () => `${c.pick(['Map', 'Set'])}(${c.pick(any)})`,
  ])(),
  symbols: (c) => c.pick([
    () => `Object(Symbol(${c.pick(strings)}))${c.pick(['.toString()', '+1', '==1', '.description', '[Symbol.toPrimitive]("x")',
      '.valueOf()'])}`,
    () => `Symbol(${c.pick(any)})${c.pick(['==', '<', '+', '**', '&', ' in ', ' instanceof '])}(${c.pick(any)})`,
    () => `({[Symbol.${c.pick(['hasInstance', 'isConcatSpreadable', 'iterator', 'match', 'replace', 'search', 'species', 'split',
      'toPrimitive', 'toStringTag', 'unscopables', 'asyncIterator'])}]:${c.pick(any)}})${c.pick(["+''", '.toString()', ' instanceof Object',
      '.x', '*2'])}`,
    () => `[].concat({length:${c.pick(numbers.slice(0, 12))},0:1,[Symbol.isConcatSpreadable]:${c.pick(any)}})`,
    () => `1 instanceof {[Symbol.hasInstance]:${c.pick(callbacks)}}`,
    () => `'abc'.${c.pick(['match', 'replace', 'search', 'split', 'matchAll'])}({[Symbol.${c.pick(['match', 'replace', 'search', 'split',
      'matchAll'])}]:${c.pick(callbacks)}},1)`,
    () => `Symbol(${c.pick(any)}).${c.pick(['toString()', 'description', 'valueOf().description'])}`,
    () => `Symbol.for(${c.pick(any)}).description`,
    () => `Symbol.keyFor(${c.pick(others)})`,
    () => `${c.pick(['+', "''+", '`x`+', '!', 'typeof '])}Symbol('q')`,
    () => `({[Symbol.toPrimitive](h){return h},x:1})${c.pick(["+''", '*1', "==='default'"])}`,
    () => `({get [Symbol.toStringTag](){return ${c.pick(any)}}}).toString()`,
  ])(),
  typedArrays: (c) => {
    const t = c.pick(typed);
    return c.pick([
      () => `new ${t}(${args(c, [...numbers.slice(0, 14), ...others], 2)})`,
      () => `(a=>[a.${c.pick(methods.typed)}(${args(c, c.maybe(0.5) ? numbers : callbacks,
        2)}),[...a].map(String)])(new ${t}([1,2,3].map(${t.startsWith('Big') ? 'BigInt' : 'Number'})))`,
      () => `${t}.from(${args(c, [...numbers.slice(0, 14), ...arrays, ...others], 2)})`,
      () => `[...new Uint8Array(new ${t}([${t.startsWith('Big') ? '1n,-1n' : `${c.pick(numbers)},${c.pick(numbers)}`}]).buffer)]`,
      () => `new DataView(new ArrayBuffer(16)).${c.pick(['getInt8', 'getFloat64', 'setInt16', 'setFloat32', 'getBigInt64',
        'setUint32'])}(${args(c, numbers, 3)})`,
    ])();
  },
  generators: (c) => `(()=>{const g=(function*(a){try{const x=yield ${c.pick(any)};yield [x,a];return ${c.pick(any)}}${
    c.pick(['finally{yield "f"}', 'catch(e){yield e}'])}})(${c.pick(any)});return [${Array.from({ length: 1 + c.int(4) },
    () => c.pick(['g.next()', 'g.next(5)', 'g.return(6)', 'g.throw(new Error("t"))', 'g.throw(1)'])).join(',')}]})()`,
  destructuring: (c) => `(([a,{b=${c.pick(any)},...r}={},...c])=>[a,b,r,c])(${c.pick([...arrays, ...others])})`,
  classes: (c) => `(()=>{class A{#p=${c.pick(any)};static s=${c.pick(any)};get p(){return this.#p}set p(v){this.#p=v}static m(o){return #p in o}${
    c.pick(['', 'constructor(x){this.x=x}', 'toString(){return "A"}', '[Symbol.iterator]=function*(){yield 1}'])}}class B extends A{${
    c.pick(['', 'constructor(){}', 'constructor(){super();this.y=2}', 'get p(){return super.p}', 'static t=super.s'])}}return ${
    c.pick(['new A(1)', 'new B()', 'new B().p', 'A.m(new B())', 'A.m({})', 'A.m(1)', 'A()', '[...new A()]', '`${new A()}`', 'B.s',
      'new A().q', 'Object.keys(new B())', 'B.name+A.length', 'new B() instanceof A', 'A.prototype.p'])}})()`,
  functions: (c) => c.pick([
    () => `(${c.pick(callbacks)}).${c.pick(['call', 'apply', 'bind'])}(${args(c, others, 3)})`,
    () => `(function f(a,b=2,...c){return [f.length,f.name,arguments.length,a,b,c]})(${args(c, any, 4)})`,
    () => `(${c.pick(any)})(${args(c, any, 1)})`,
    () => `new (${c.pick(any)})(${args(c, any, 1)})`,
    () => `Reflect.construct(${c.pick(callbacks)},${c.pick(['[]', '[1]', '{length:1}', '1'])}${c.pick(['', ',Object', ',Array', ',()=>1',
      ',1'])})`,
    () => `new Function(${c.pick(["'a'", "'a,b=1'", "'...r'", "'a,'", "'{x}'", "'a','b'", "'1'", "''"])},${c.pick(["'return a'",
      "'return arguments.length'", "'return typeof this'", "'return'", "'syntax error'", "'}{'", "'return new.target'"])})${c.pick(['',
      '()', '(1,2)', '.toString()', '.name'])}`,
    () => `(${c.pick(callbacks)}).bind(${args(c, any, 2)})${c.pick(['.name', '.length', '()', '(1)', '.prototype'])}`,
    () => `Function.prototype.${c.pick(['toString', 'call', 'apply', 'bind', '[Symbol.hasInstance]'])}.call(${args(c, any, 2)})`,
    () => `(${c.pick(callbacks)}).${c.pick(['length', 'name', 'prototype', 'caller', 'arguments', 'toString()'])}`,
    () => `(()=>{'use strict';${c.pick(['undeclared=1', 'arguments.callee', 'delete Object.prototype', 'NaN=1',
      '(function(){return this})()', '"x".y=1', 'Object.freeze([1]).push(2)'])}})()`,
  ])(),
  errors: (c) => c.pick([
    () => `new ${c.pick(errors)}(${args(c, any, 2)})`,
    () => `${c.pick(errors)}(${c.pick(any)},{cause:${c.pick(any)}}).cause`,
    () => `(()=>{throw ${c.pick(any)}})()`,
    () => `(()=>{try{${c.pick(['null.x', 'undefined.f()', 'x', '1()', '({}).a.b', 'new 1', '[].reduce((a)=>a)', '(1).toFixed(101)',
      "'x'.repeat(-1)", 'new Array(-1)', 'decodeURI("%")', 'BigInt(1.5)', 'Symbol()+1', 'JSON.parse("{")', 'let y=y', 'const z=1;z=2',
      'null[Symbol.iterator]', 'for(const q of 5);', '({}) instanceof 5', "'a' in 'b'", 'class C{constructor(){this.x()}};new C()',
      'super_()'])}}catch(e){return [e.name,e.message,e instanceof Error,Object.keys(e)]}finally{${c.pick(['', 'void 0'])}}})()`,
    () => `Error.isError(${c.pick(others)})`,
    () => `Object.keys(new ${c.pick(errors)}(${c.pick(any)}))`,
    () => `new AggregateError(${c.pick([...arrays, ...others])},${c.pick(any)}).errors`,
    () => `(e=>[e.name,e.message,'cause' in e,String(e),Object.prototype.toString.call(e),e.constructor.name,Object.getPrototypeOf(e)===${
      c.pick(errors)}.prototype])(new ${c.pick(errors)}(${c.pick(any)}))`,
    () => `(()=>{class E extends ${c.pick(errors)}{${c.pick(['', 'get name(){return "own"}', 'constructor(m){super(m);this.code=1}',
      'toString(){return "S"}'])}};const e=new E(${c.pick(any)});return [String(e),e instanceof Error,e.name,Object.keys(e)]})()`,
    () => `Error.prototype.toString.call(${c.pick(['{name:"n",message:"m"}', '{name:undefined,message:1}', '{name:"",message:"m"}',
      '{name:"n",message:""}', ...others])})`,
  ])(),
  objectPrototype: (c) => `Object.prototype.${c.pick(methods.objectOwn)}.call(${c.pick(any)}${c.pick(['', ",'a'", ',0', ',Symbol.iterator',
    ",'length'", ',undefined', ",'a',()=>1", ",'a',1", ",'constructor'"])})`,
  properties: (c) => `(()=>{${c.pick(["'use strict';", ''])}const o=${c.pick(['{a:1,b:2}', '[1,2]', 'Object.freeze({a:1})',
    'Object.seal([1])', 'Object.preventExtensions({})', '(function(){return arguments})(1,2)', 'function(x){}',
    'Object.create({set a(v){throw new RangeError("set")}})', '{get a(){return 1}}', "new String('ab')", 'class{static a=1}',
    'Object.create(null)'])};${c.pick([
    `Object.defineProperty(o,${c.pick(["'a'", '0', "'length'", 'Symbol.iterator', "'name'"])},${c.pick(['{value:5}', '{get(){return 6}}',
      '{set:1}', '{value:1,get(){}}', '{writable:false}', '{enumerable:true}', '{configurable:false,value:NaN}', '1', '{}'])})`,
    'o.a=3', 'o[0]=4', 'delete o.a', 'delete o[0]', 'o.length=0', 'o.length=-1', 'o.push(1)', 'o.__proto__=null',
      'Object.setPrototypeOf(o,Array.prototype)', `Object.assign(o,${c.pick(others)})`, 'o.name="n"', 'Object.freeze(o)',
      'with_(o)'])};return [o,Object.getOwnPropertyDescriptors(o),Object.isFrozen(o),Object.isExtensible(o)]})()`,
  iterators: (c) => `(it=>[it.next(),it.next(),it.next(),${c.pick(['it.return', 'it[Symbol.iterator]()===it',
    'Object.prototype.toString.call(it)', 'it.throw', 'it.next(1).done', '[...it]'])}])(${c.pick([`${c.pick(arrays)}.${c.pick(['values',
    'keys', 'entries'])}()`, `${c.pick(strings)}[Symbol.iterator]()`, `new ${c.pick(['Map([[1,2],[3,4]])',
    'Set([1,2])'])}.${c.pick(['values', 'keys', 'entries'])}()`, `'abcab'.matchAll(${c.pick(patterns)})`,
    `(function*(){yield* ${c.pick(any)};return 3})()`, `(function*(){const x=yield ${c.pick(any)};yield x})()`])})`,
  asynchronous: (c) => c.pick([
    () => `(async(x)=>await ${c.pick(any)})(${c.pick(any)})`,
    () => `(async function*(){yield ${c.pick(any)}})()${c.pick(['', '.next()', '.return(1)', '[Symbol.asyncIterator]'])}`,
    () => `(async function f(a=${c.pick(any)}){for await(const x of ${c.pick(any)})return x})${c.pick(['', '()', '.length', '.name',
      '.constructor.name', '.prototype'])}`,
    () => `({async m(){return ${c.pick(any)}}}).m${c.pick(['', '()', '.name', '.toString()', '.prototype'])}`,
    () => `Promise.${c.pick(['resolve', 'all', 'reject', 'any', 'race'])}(${c.pick(any)})`,
  ])(),
  // Names are parameters, so that what a program sets ends with it.
  syntax: (c) => c.pick([(code) => `((q1,q2,Q1,a,b,c,d,p,s)=>eval(${code}))()`,
    (code) => `new Function('q1','q2',${code})`])(JSON.stringify(mutated(c, c.pick(programs)))),
  uri: (c) => `${c.pick(['encodeURI', 'encodeURIComponent', 'decodeURI', 'decodeURIComponent', 'escape', 'unescape'])}(${c.pick(c.maybe(0.7)
    ? strings : any)})`,
  statements: (c) => `(()=>{${c.pick([
    `let r=[];for(const k in ${c.pick(any)})r.push(k);return r`, `let r=[];for(const k of ${c.pick(any)})r.push(k);return r`,
      `switch(${c.pick(any)}){case ${c.pick(any)}:return 1;case ${c.pick(any)}:return 2;default:return 3}`,
    `a:for(let i=0;i<5;i++){for(;;){if(i>2)break a;continue a}}return 'l'`, `var x=${c.pick(any)};x${c.pick(['+=', '-=', '*=', '**=', '||=',
      '&&=', '??=', '>>>=', '%='])}${c.pick(any)};return x`, `let o=${c.pick(others)};o.p=1;return [o.p,o?.p?.q,delete o.p]`,
    `var x=${c.pick(any)};return [x++,x,--x,-x]`, `if(${c.pick(any)})return 't';else return 'f'`, `return ${c.pick(any)}?.[${c.pick(any)}]`,
      `do{var i=(i|0)+1}while(i<3);return i`, `const f=(n)=>n?f(n-1)+1:0;return f(${c.pick(['5', '100', '1000'])})`,
      `return typeof ${c.pick(['undeclared', 'Math', 'require', 'process', 'WebAssembly', 'Intl', 'structuredClone', 'setTimeout',
      'console', 'globalThis', 'Iterator', 'Float16Array', 'print', 'std', 'os'])}`])}})()`,
};

function expression(c, depth) {
  return depth === 0 || c.maybe(0.3) ? `(${c.pick(any)})` : c.maybe(0.8) ? `(${expression(c, depth - 1)}${c.pick(binary).replace(/^[a-z]+$/,
    ' $& ')}${expression(c, depth - 1)})` : `(${expression(c, depth - 1)}?${expression(c, depth - 1)}:${expression(c, depth - 1)})`;
}

/** A program with one of its tokens left out, doubled, exchanged, or replaced by another one's. */
function mutated(c, program) {
  const tokens = program.match(/[\w$]+|'[^']*'|`[^`]*`|\s+|=>|\?\.|\.\.\.|[^\w\s]/g), at = c.int(tokens.length);
  const other = () => c.pick(c.pick(programs).match(/[\w$]+|=>|\?\.|\.\.\.|[^\w\s'`]/g));
  switch (c.int(5)) {
    case 0: tokens.splice(at, 1); break;
    case 1: tokens.splice(at, 0, tokens[at]); break;
    case 2: tokens[at] = other(); break;
    case 3: tokens.splice(at, 0, other()); break;
    case 4: [tokens[at], tokens[0]] = [tokens[0], tokens[at]]; break;
  }
  return tokens.join('');
}

function args(c, from, most) {
  return Array.from({ length: c.int(most + 1) }, () => c.pick(from)).join(',');
}

function call(c, on, method, from) {
  return `${on}.${method}(${args(c, from, 3)})`;
}

/** As many expressions of each family as of every other, in turn, without those that do not parse. */
export function generate(seed, count) {
  const c = chance(seed), names = Object.keys(families), found = [], seen = new Set();
  for (let turn = 0; found.length < count; turn++) {
    const family = names[turn % names.length];
    for (let attempts = 0; attempts < 200; attempts++) {
      const code = families[family](c);
      if (seen.has(code) || code.length > 600) continue;
      try { new Function(`return (${code});`); } catch { continue; }
      seen.add(code);
      found.push({ family, code });
      break;
    }
  }
  return found;
}
