// What a function can find out about its world: every object that is in reach, with its members and their attributes, and what bare names
// stand for. Two calls in clean worlds describe the same. What is short leaves the paths to objects out, which takes half the time.
function world(short) {
  var lines = [], paths = new Map(), queue = [], native = Function.prototype.toString;
  function visit(path, it) {
    if (typeof it == 'symbol') { return it.toString(); }
    if ((typeof it != 'object' || it === null) && typeof it != 'function') { return typeof it + it; }
    var known = paths.get(it);
    if (known === undefined) { known = short ? queue.length : path; paths.set(it, known); queue.push(path, it); }
    return '=' + known;
  }
  function find(name) { try { return (0, eval)(name); } catch (e) { return 'none: ' + (e && e.name); } }
  visit('global', globalThis);
  var others = ['leaked', 'leakedCount', 'kept', 'doc', 'req', 'rows', 'exports', 'module'];
  Object.getOwnPropertyNames(globalThis).concat(others).forEach(function (name) {
    lines.push('name ' + name + ' ' + visit('name ' + name, find(name)));
  });
  ['emit', 'log', 'sum', 'isArray', 'toJSON', 'require', 'provides', 'registerType', 'start', 'send', 'getRow'].forEach(function (name) {
    var it; try { it = eval(name); } catch (e) { it = 'none'; }
    lines.push('here ' + name + ' ' + visit('here ' + name, it));
  });
  ['[].values()', 'new Map().entries()', 'new Set().values()', '""[Symbol.iterator]()', '"x".matchAll(/x/g)', 'Iterator.from({})',
    'function* () {}', 'async function () {}', 'async function* () {}', '(function* () {})()', 'Promise.resolve()', 'new Int8Array(1)'
  ].forEach(function (text) {
    var it = find('(' + text + ')');
    lines.push('root ' + text + ' ' + (typeof it == 'string' ? it : visit('root ' + text, Object.getPrototypeOf(it))));
  });
  // What it is given was made in a world of its own, whose functions make others there.
  var other; try { other = log.constructor('return this')(); } catch (e) { other = null; }
  lines.push('other ' + visit('other', other));
  for (var n = 0; n < queue.length; n += 2) {
    var path = queue[n], it = queue[n + 1], keys = Reflect.ownKeys(it);
    lines.push(path + (Object.isExtensible(it) ? ' of ' : ' fixed of ') + visit(path + '.proto', Object.getPrototypeOf(it)));
    if (typeof it == 'function') {
      var text = native.call(it);
      if (text.indexOf('[native code]') < 0) { lines.push(path + ' text ' + text.length); }
    }
    for (var i = 0; i < keys.length; i++) {
      var key = keys[i], d = Object.getOwnPropertyDescriptor(it, key);
      var name = !short ? path + '.' + String(key) : typeof key == 'symbol' ? '' : key;
      lines.push(name + (d.enumerable ? ' e' : '') + (d.configurable ? ' c' : '') + (d.writable ? ' w ' : ' ')
        + ('value' in d ? visit(name, d.value) : visit(name, d.get) + visit(name, d.set)));
    }
  }
  return lines;
}
// The description in short: how many lines it has, how long they are, how they end.
function worldNumber() {
  var lines = world(true), n = 7, all = lines.join('\n');
  for (var i = 0; i < lines.length; i++) { n = (n * 31 + lines[i].charCodeAt(lines[i].length - 1)) | 0; }
  return 'world ' + lines.length + ' ' + all.length + ' ' + n;
}
