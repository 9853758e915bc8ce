// Runs the functions of design documents, as CouchDB's query server does: https://docs.couchdb.org/en/stable/query-server/protocol.html
// It is given commands and gives answers as JSON. The host trusts nothing of it: whatever code does stays in this instance, and the host
// looks at all that comes out.
//
// Code of design documents never gets an object of this realm: what it is given comes from another one (guest.js), as do the values that
// are read from JSON. So the driver reads strangers' objects by index and by name only, calls none of their methods, and hands none of
// its own functions to them. What it relies on itself is frozen, in case that an error of the engine leads here.
(function (host) {
  'use strict';

  const { makeGuest } = host;
  const guest = makeGuest(Object.prototype);
  const { parse, failure, newObject, isGuestArray, wrapRequire } = guest;
  const { stringify } = JSON;
  const { freeze, isFrozen, hasOwn, getPrototypeOf } = Object;
  const { apply, ownKeys } = Reflect;
  const text = String;
  const number = parseFloat;
  const truth = Boolean;
  const SyntaxFailure = SyntaxError;

  const iterator = getPrototypeOf([][Symbol.iterator]());
  [Object.prototype, Function.prototype, Array.prototype, String.prototype, iterator, getPrototypeOf(iterator)].forEach(freeze);

  // ---- What all functions have -------------------------------------------------------------------------------------------------

  // Errors have no members that JSON would show.
  function plain(value) {
    return typeof value === 'object' && value !== null && 'stack' in value && 'name' in value && 'message' in value
      ? { error: value.name, message: value.message }
      : value;
  }

  function log(message) {
    let line;
    try {
      line = typeof message === 'string' ? message : text(stringify(plain(message)));
    } catch (e) {
      line = 'Error converting object to JSON: ' + e;
    }
    // The host reads texts up to a NUL.
    host.log(line.includes('\0') ? line.split('\0').join('\uFFFD') : line);
  }

  function seal(value) {
    if (isFrozen(value)) {
      return value;
    }
    freeze(value);
    const keys = ownKeys(value);
    for (let i = 0; i < keys.length; i++) {
      const member = value[keys[i]];
      if (typeof member === 'object' ? member !== null : typeof member === 'function') {
        seal(member);
      }
    }
    return value;
  }

  // ---- Errors ------------------------------------------------------------------------------------------------------------------

  // An error for the host: [error, reason]; what is thrown as "fatal" is told apart, since the engine is not used again then.
  function refusal(e) {
    if (e === null) {
      return ['internal_error', null];
    }
    if (e === undefined) {
      return ['os_process_error', '{exit_status,1}'];
    }
    const kind = e[0];
    if (kind === 'fatal' || kind === 'error') {
      // Nobody looks whether the error is a text, or whether there is a reason.
      return [typeof e[1] === 'string' ? e[1] : text(e[1]), e[2] === undefined ? null : e[2]];
    }
    if (e.name === 'InternalError') {
      return [e.name, e.message];
    }
    if (e.error && e.reason) {
      return [text(e.error), e.reason];
    }
    // CouchDB gives the error as JSON, which says nothing.
    return e.name ? [text(e.name), text(e)] : ['unnamed_error', e.stack === undefined ? null : e.stack];
  }

  // An error of a map or reduce function costs only its result, unless it asks for more.
  function shrug(e, doc) {
    if (e === null || e === undefined) {
      log('function raised exception ' + e + (doc ? ' with doc._id ' + doc._id : ''));
      return;
    }
    if (e == 'fatal_error') {
      throw ['error', 'map_runtime_error', "function raised 'fatal_error'"];
    }
    if (e[0] === 'fatal') {
      throw e;
    }
    if (e.name === 'InternalError') {
      throw ['fatal', e.name, e.message];
    }
    log('function raised exception ' + e + (doc ? ' with doc._id ' + doc._id : ''));
  }

  function renderError(e, error) {
    if ((e.error && e.reason) || e[0] === 'error' || e[0] === 'fatal') {
      throw e;
    }
    const message = 'function raised error: ' + e + ' \nstacktrace: ' + e.stack;
    log(message);
    throw ['error', error || 'render_error', message];
  }

  // ---- Compilation and modules -------------------------------------------------------------------------------------------------

  // A realm takes more memory than most functions. The first function is given one that all images have in common.
  let { spareRealm } = host;

  function takeRealm() {
    const realm = spareRealm === undefined ? host.newRealm() : spareRealm;
    spareRealm = undefined;
    return realm;
  }

  // Each function and each module has a realm of its own, in which the helpers are global.
  function evaluate(source, sandbox, name, isModule) {
    const program = text(source);
    if (program.includes('\0')) {
      throw new SyntaxFailure('invalid character: NUL');
    }
    const realm = takeRealm();
    const globals = host.globalOf(realm);
    for (const key in sandbox) {
      globals[key] = sandbox[key];
    }
    return host.evaluate(realm, program, text(name), isModule ? 1 : 0);
  }

  function frame(current, parent, id) {
    const made = newObject();
    made.current = current;
    made.parent = parent;
    made.id = id;
    return made;
  }

  function resolve(names, at, root) {
    if (names.length === 0) {
      if (typeof at.current !== 'string') {
        throw failure('invalid_require_path', 'Must require a JavaScript string, not: ' + typeof at.current);
      }
      const found = frame(at.current, at.parent, at.id);
      found.exports = newObject();
      return found;
    }
    const name = names.shift();
    if (name === '..') {
      if (!(at.parent && at.parent.parent)) {
        throw failure('invalid_require_path', 'Object has no parent ' + stringify(at.current));
      }
      const id = text(at.id);
      return resolve(names, frame(at.parent.current, at.parent.parent, id.slice(0, id.lastIndexOf('/'))));
    }
    if (name === '.') {
      if (!at.parent) {
        throw failure('invalid_require_path', 'Object has no parent ' + stringify(at.current));
      }
      return resolve(names, frame(at.current, at.parent, at.id));
    }
    const from = root ? frame(root) : at;
    if (from.current[name] === undefined) {
      throw failure('invalid_require_path', 'Object has no property "' + name + '". ' + stringify(from.current));
    }
    return resolve(names, frame(from.current[name], from, from.id ? from.id + '/' + name : name));
  }

  function modules(design, sandbox) {
    const require = function (name, module) {
      const found = resolve(text(name).split('/'), (module && module.parent) || newObject(), design.root);
      const id = text(found.id);
      if (!hasOwn(design.modules, id)) {
        // Stands in for the module while it runs, so that a circle ends.
        design.modules[id] = newObject();
        try {
          const run = evaluate('(function (module, exports, require) { ' + found.current + '\n });', sandbox, id, true);
          apply(run, sandbox, [found, found.exports, wrapRequire((inner) => require(inner, found))]);
        } catch (e) {
          throw failure('compilation_error', "Module require('" + name + "') raised error " + e);
        }
        design.modules[id] = found.exports;
      }
      return design.modules[id];
    };
    return require;
  }

  function compile(source, name, design, emit, index) {
    if (!source) {
      throw ['error', 'not_found', 'missing function'];
    }
    const sandbox = newObject();
    for (let i = 0; i < helpers.length; i++) {
      sandbox[helpers[i][0]] = helpers[i][1];
    }
    sandbox.emit = emit;
    if (index) {
      sandbox.index = index;
    }
    if (design) {
      sandbox.require = wrapRequire(modules(design, sandbox));
    }
    let made;
    try {
      made = evaluate(source, sandbox, name);
    } catch (e) {
      throw ['error', 'compilation_error', e + ' (' + source + ')'];
    }
    if (typeof made !== 'function') {
      throw ['error', 'compilation_error', 'Expression does not eval to a function. (' + source + ')'];
    }
    return made;
  }

  // ---- Views -------------------------------------------------------------------------------------------------------------------

  // While documents share the instance, what functions do to the response of a show or list leaves nothing behind: there is none.
  let isBatch = false;
  let functions = [];
  let sealing = true;
  let emitted = [];

  function addRow(key, value) {
    emitted.push([key, plain(value)]);
  }

  function compileAll(sources, design, index) {
    const compiled = [];
    for (let i = 0; i < sources.length; i++) {
      compiled.push(compile(sources[i], 'undefined', design, emit, index));
    }
    return compiled;
  }

  function setMaps(sources, library, mustSeal) {
    const root = newObject();
    root.views = newObject();
    root.views.lib = library;
    sealing = mustSeal;
    functions = compileAll(sources, { root, modules: { __proto__: null } }, index);
  }

  function mapOne(doc) {
    const all = [];
    if (sealing) {
      seal(doc);
    }
    for (let i = 0; i < functions.length; i++) {
      emitted = [];
      try {
        (0, functions[i])(doc);
        all.push(emitted);
      } catch (e) {
        shrug(e, doc);
        all.push([]);
      }
    }
    // What is emitted is looked at when all functions are done with the document.
    for (let i = 0; i < all.length; i++) {
      try {
        all[i] = stringify(all[i]);
      } catch (e) {
        shrug(e, doc);
        all[i] = '[]';
      }
    }
    return '[' + all.join() + ']';
  }

  function map(docs) {
    isBatch = true;
    const rows = [];
    for (let i = 0; i < docs.length; i++) {
      host.progress();
      rows.push(mapOne(docs[i]));
    }
    return '[' + rows.join() + ']';
  }

  function setReduces(sources) {
    functions = compileAll(sources, null);
  }

  // Groups of rows [keys, values], or of earlier results [values]. Each function has lists of its own.
  function reduce(which, groups, again) {
    isBatch = true;
    const results = [];
    for (let i = 0; i < groups.length; i++) {
      host.progress();
      const reductions = [];
      const copy = which.length > 1 ? stringify(groups[i]) : '';
      for (let f = 0; f < which.length; f++) {
        const group = f === 0 ? groups[i] : parse(copy);
        const fun = functions[which[f]];
        try {
          reductions.push(again ? fun(null, group[0], true) : fun(group[0], group[1], false));
        } catch (e) {
          shrug(e);
          reductions.push(null);
        }
      }
      results.push(stringify(reductions));
    }
    return '[' + results.join() + ']';
  }

  // ---- Media types -------------------------------------------------------------------------------------------------------------

  const typesOfKey = { __proto__: null };
  const keyOfType = { __proto__: null };
  let provided = [];
  let usesProvides = false;
  let contentType = null;

  function addType(key, given, from) {
    if (isBatch) {
      return;
    }
    const types = [];
    for (let i = from || 0; i < given.length; i++) {
      const type = text(given[i]);
      types.push(type);
      keyOfType[type] = key;
    }
    typesOfKey[key] = types;
  }

  addType('all', ['*/*']);
  addType('text', ['text/plain; charset=utf-8', 'txt']);
  addType('html', ['text/html; charset=utf-8']);
  addType('xhtml', ['application/xhtml+xml', 'xhtml']);
  addType('xml', ['application/xml', 'text/xml', 'application/x-xml']);
  addType('js', ['text/javascript', 'application/javascript', 'application/x-javascript']);
  addType('css', ['text/css']);
  addType('ics', ['text/calendar']);
  addType('csv', ['text/csv']);
  addType('rss', ['application/rss+xml']);
  addType('atom', ['application/atom+xml']);
  addType('yaml', ['application/x-yaml', 'text/yaml']);
  addType('multipart_form', ['multipart/form-data']);
  addType('url_encoded_form', ['application/x-www-form-urlencoded']);
  addType('json', ['application/json', 'text/x-json']);

  function addProvided(type, fun) {
    usesProvides = !isBatch;
    if (usesProvides) {
      provided.push([type, fun]);
    }
  }

  function typeParts(range) {
    const [whole, ...rest] = range.split(';');
    const parameters = {};
    for (const part of rest) {
      const pair = part.split('=');
      if (pair.length === 2) {
        parameters[pair[0].trim()] = pair[1].trim();
      }
    }
    const trimmed = whole.trim();
    const [type, subtype] = (trimmed === '*' ? '*/*' : trimmed).split('/');
    const quality = number(parameters.q);
    parameters.q = quality >= 0 && quality <= 1 ? parameters.q : '1';
    return { type, subtype, parameters };
  }

  // The type among those supported that suits best: the most exact range decides, then its quality; of equals the last.
  function bestType(supported, accept) {
    const ranges = accept.split(',').map(typeParts);
    let best = null;
    supported.forEach((candidate, place) => {
      const wanted = typeParts(candidate);
      let fitness = -1;
      let quality = 0;
      for (const range of ranges) {
        if ((wanted.type === range.type || range.type === '*' || wanted.type === '*')
          && (wanted.subtype === range.subtype || range.subtype === '*' || wanted.subtype === '*')) {
          let matches = range.type === wanted.type ? 100 : 0;
          matches += range.subtype === wanted.subtype ? 10 : 0;
          for (const name in wanted.parameters) {
            if (name !== 'q' && range.parameters[name] && range.parameters[name] === wanted.parameters[name]) {
              matches += 1;
            }
          }
          if (matches > fitness) {
            fitness = matches;
            quality = number(range.parameters.q);
          }
        }
      }
      // Compared as text, as lists are sorted.
      const rank = text([[fitness, quality], place, candidate]);
      if (best === null || rank > best.rank) {
        best = { rank, quality, candidate };
      }
    });
    return best.quality ? best.candidate : '';
  }

  function runProvided(request, design) {
    const accept = request.headers.Accept;
    let key = null;
    if (request.query && request.query.format) {
      key = request.query.format;
      contentType = typesOfKey[key][0];
    } else if (accept) {
      const supported = [];
      provided.reverse();
      for (const [type] of provided) {
        if (typesOfKey[type]) {
          supported.push(...typesOfKey[type]);
        }
      }
      contentType = bestType(supported, text(accept));
      key = keyOfType[contentType];
    } else {
      key = provided[0][0];
      contentType = typesOfKey[key][0];
    }
    const found = key ? provided.find(([type]) => type == key) : undefined;
    if (found) {
      return apply(found[1], design, []);
    }
    const offered = provided.map(([type]) => typesOfKey[type].join(', ') || type);
    throw ['error', 'not_acceptable',
      'Content-Type ' + (accept || key) + ' not supported, try one of: ' + offered.join(', ')];
  }

  // ---- Shows, lists, updates, rewrites -----------------------------------------------------------------------------------------

  let chunks = [];
  let started = {};
  let isStarted = false;
  let gotRow = false;
  let lastRow = false;

  function reset() {
    chunks = [];
    started = {};
    isStarted = gotRow = lastRow = false;
  }

  function begin() {
    reset();
    provided = [];
    usesProvides = false;
    contentType = null;
  }

  function setStart(response) {
    isStarted = !isBatch;
    if (isStarted) {
      started = response || {};
    }
  }

  function addChunk(chunk) {
    if (!isBatch) {
      chunks.push(chunk);
    }
  }

  function withType(response) {
    response.headers = response.headers || newObject();
    if (contentType) {
      response.headers['Content-Type'] = response.headers['Content-Type'] || contentType;
    }
    return response;
  }

  function wrap(response) {
    return typeof response === 'string' ? { body: response } : response;
  }

  function isResponse(value) {
    // Arrays that functions make come from other realms: to "instanceof" they are objects, and pass.
    return typeof value === 'string' || (typeof value === 'object' && value !== null && !isGuestArray(value));
  }

  function join(list) {
    let joined = '';
    for (let i = 0; i < list.length; i++) {
      joined += typeof list[i] === 'object' && list[i] !== null ? '' : list[i];
    }
    return joined;
  }

  // What was sent goes out with the response that was started since, if any.
  function flush() {
    const sent = chunks.length > 0 ? stringify(join(chunks)) : 'null';
    const response = isStarted ? stringify(started) : undefined;
    chunks = [];
    isStarted = false;
    return response === undefined ? [sent] : [sent, response];
  }

  function takeRow() {
    if (isBatch) {
      throw failure('list_error', 'There are no rows for getRow() here.');
    }
    if (lastRow) {
      return null;
    }
    if (!gotRow) {
      gotRow = true;
      started = withType(started || {});
      isStarted = true;
    }
    const row = apply(host.nextRow, undefined, flush());
    if (row === undefined) {
      lastRow = true;
      return null;
    }
    return parse(row);
  }

  function show(fun, design, args) {
    try {
      begin();
      let response = wrap(apply(fun, design, args) || {});
      if (chunks.length > 0) {
        response.headers = response.headers || newObject();
        for (const header in started) {
          response.headers[header] = started[header];
        }
        response.body = join(chunks) + (response.body || '');
        reset();
      }
      if (usesProvides) {
        const better = wrap(runProvided(args[1], design) || {});
        response.body = (response.body || '') + join(chunks);
        response.body += better.body || '';
        response = withType(response);
        reset();
      }
      if (!isResponse(response)) {
        throw ['error', 'render_error', 'undefined response from show function'];
      }
      return wrap(response);
    } catch (e) {
      if (args[0] === null && args[1].path.length > 5) {
        throw ['error', 'not_found', 'document not found'];
      }
      renderError(e);
    }
  }

  function update(fun, design, args) {
    try {
      if (args[1].method === 'GET') {
        throw ['error', 'method_not_allowed', 'Update functions do not allow GET'];
      }
      const result = apply(fun, design, args);
      const doc = result[0];
      const response = result[1];
      if (!isResponse(response)) {
        throw ['error', 'render_error', 'undefined response from update function'];
      }
      return [doc === undefined ? null : doc, wrap(response)];
    } catch (e) {
      renderError(e);
    }
  }

  function list(fun, design, args) {
    try {
      begin();
      let tail = apply(fun, design, args);
      if (usesProvides) {
        tail = runProvided(args[1], design);
      }
      if (!gotRow) {
        takeRow();
      }
      if (tail !== undefined) {
        chunks.push(tail);
      }
      return flush();
    } catch (e) {
      renderError(e);
    }
  }

  function rewrite(fun, design, args) {
    let result;
    try {
      result = apply(fun, design, args);
    } catch (e) {
      renderError(e, 'rewrite_error');
    }
    if (!result) {
      return [];
    }
    return [typeof result === 'string' ? { path: result, method: args[0].method } : result];
  }

  function validate(fun, design, args) {
    try {
      apply(fun, design, args);
      return 1;
    } catch (e) {
      if (e.name && e.stack) {
        throw e;
      }
      return e;
    }
  }

  // What a function says of each document.
  function ask(docs, one) {
    isBatch = true;
    const answers = [];
    for (let i = 0; i < docs.length; i++) {
      host.progress();
      answers.push(one(docs[i]));
    }
    return answers;
  }

  function filter(fun, design, args) {
    return ask(args[0], (doc) => truth(apply(fun, design, [doc, args[1]])));
  }

  let passes = false;

  function pass() {
    passes = true;
  }

  function filterView(fun, design, args) {
    return ask(args[0], (doc) => {
      passes = false;
      fun(doc);
      return passes;
    });
  }

  const kinds = { shows: show, lists: list, updates: update, rewrites: rewrite, validate_doc_update: validate, filters: filter, views: filterView };
  let design = null;
  const compiled = { __proto__: null };

  function setDesign(document) {
    design = { root: document, modules: { __proto__: null } };
  }

  function find(path) {
    let name = path[0];
    for (let i = 1; i < path.length; i++) {
      name += '.' + path[i];
    }
    if (hasOwn(compiled, name)) {
      return compiled[name];
    }
    let at = design.root;
    for (let i = 0; i < path.length; i++) {
      at = at[path[i]];
      if (!at && i + 1 === path.length) {
        throw ['error', 'not_found', 'missing ' + path[0] + ' function ' + path[i] + ' on design doc ' + design.root._id];
      }
    }
    return (compiled[name] = compile(at, name, design, path[0] === 'views' ? passEmit : emit));
  }

  function call(path, args) {
    const fun = find(path);
    return stringify(kinds[path[0]](fun, design.root, args));
  }

  // ---- Commands ----------------------------------------------------------------------------------------------------------------

  // Functions of views and of search indexes are compiled alike, so that those of views have index() too: only those.
  const { emit, passEmit, index, helpers: given } = guest.makeHelpers(addRow, pass, log, addProvided, addType, setStart, addChunk, takeRow);
  const helpers = [];
  ownKeys(given).forEach((name) => helpers.push([name, given[name]]));
  helpers.forEach(([, helper]) => seal(helper));
  seal(emit);
  seal(passEmit);
  seal(index);

  const commands = {
    __proto__: null,
    setMaps, setReduces, setDesign, map, reduce, call,
    find(path) {
      find(path);
    },
  };

  // Kept beyond the answer, after which the host puts the whole instance back: to free all that it was made of would take longer.
  let command;

  // An answer begins with a 1, an error with a 0. What cannot be read is 2: no function has seen it.
  return function (line) {
    try {
      command = parse(line);
    } catch (e) {
      return '2' + e;
    }
    try {
      const args = [];
      for (let i = 1; i < command.length; i++) {
        args.push(command[i]);
      }
      const answer = apply(commands[command[0]], undefined, args);
      return '1' + (answer === undefined ? 'null' : answer);
    } catch (e) {
      try {
        return '0' + stringify(refusal(e));
      } catch (f) {
        return '0' + stringify(refusal(f));
      }
    }
  };
})
