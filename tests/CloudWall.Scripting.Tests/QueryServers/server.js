// A query server for tests: functions are JavaScript, trusted.
'use strict';
const say = value => process.stdout.write(JSON.stringify(value) + '\n');
let functions = [], rows = [], list = null;
const designs = {};
globalThis.emit = (key, value) => rows.push([key, value === undefined ? null : value]);
globalThis.log = text => say(['log', text]);
const compile = source => {
  try { return (0, eval)('(' + source + ')'); } catch (e) { throw ['error', 'compilation_error', String(e)]; }
};
const map = (f, doc) => { rows = []; f(doc); return rows; };
const reduce = (sources, keys, values, again) => say([true, sources.map(source => compile(source)(keys, values, again))]);
const design = ([id, path, args]) => {
  if (id === 'new') { designs[path] = args; return say(true); }
  const f = compile(path.reduce((at, name) => at[name], designs[id]));
  switch (path[0]) {
    case 'filters': return say([true, args[0].map(doc => !!f(doc, args[1]))]);
    case 'views': return say([true, args[0].map(doc => map(f, doc).length > 0)]);
    case 'shows': return say(['resp', f(...args)]);
    case 'updates': return say(['up', ...f(...args)]);
    case 'rewrites': { const to = f(...args); return say(to ? ['ok', to] : ['no_dispatch_rule']); }
    case 'validate_doc_update':
      try { f(...args); return say(1); } catch (e) { return say(e); }
    case 'lists': list = f; return say(['start', ['['], { headers: { 'Content-Type': 'text/plain' } }]);
  }
};
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const [command, ...args] = JSON.parse(line);
  try {
    switch (command) {
      case 'reset': functions = []; return say(true);
      case 'add_lib': return say(true);
      case 'add_fun': functions.push(compile(args[0])); return say(true);
      case 'map_doc': return say(functions.map(f => map(f, args[0])));
      case 'reduce': return reduce(args[0], args[1].map(r => r[0]), args[1].map(r => r[1]), false);
      case 'rereduce': return reduce(args[0], null, args[1], true);
      case 'ddoc': return design(args);
      case 'list_row': return say(['chunks', [list(args[0])]]);
      case 'list_end': return say(['end', [']']]);
    }
  } catch (e) {
    say(Array.isArray(e) ? e : ['error', 'unnamed_error', String(e)]);
  }
});
