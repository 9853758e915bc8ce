function (doc, req) {
  var results = [];
  function describe(value, depth) {
    switch (typeof value) {
      case 'number': return Object.is(value, -0) ? '-0' : String(value);
      case 'string': return value.length > 300 ? 'string of ' + value.length : JSON.stringify(value);
      case 'bigint': return value + 'n';
      case 'symbol': return String(value);
      case 'function': return 'function ' + JSON.stringify(value.name) + '/' + value.length;
      case 'object': break;
      default: return String(value);
    }
    if (value === null) { return 'null'; }
    var tag = Object.prototype.toString.call(value);
    if (depth > 4 || value === globalThis || (Object.hasOwn(value, 'constructor') && value.constructor.prototype === value)) { return tag; }
    if (value instanceof Error) { return value.name + ': ' + value.message; }
    if (value instanceof RegExp) { return String(value); }
    if (value instanceof Date) { return isNaN(value) ? 'Invalid Date' : value.toISOString(); }
    if (value instanceof Map || value instanceof Set) { return tag + describe(Array.from(value), depth + 1); }
    if (typeof ArrayBuffer != 'undefined' && value instanceof ArrayBuffer) { return tag + value.byteLength; }
    if (value instanceof Number || value instanceof String || value instanceof Boolean) { return tag + describe(value.valueOf(), depth + 1); }
    if (Array.isArray(value) && value.length > 100) { return 'array of ' + value.length; }
    if (typeof ArrayBuffer != 'undefined' && ArrayBuffer.isView(value) && !(value instanceof DataView)) { return tag + '[' + Array.from(value).slice(0, 50).map(String).join() + ']'; }
    var members = Reflect.ownKeys(value).filter(function (key) { return key !== 'stack'; }).slice(0, 50).map(function (key) { return String(key) + ':' + describe(value[key], depth + 1); });
    return tag + '{' + members.join() + '}';
  }
  function attempt(make) {
    try { results.push(describe(make(), 0)); } catch (thrown) { try { results.push('!' + describe(thrown, 0)); } catch (again) { results.push('!!'); } }
  }
  /* EXPRESSIONS */
  return JSON.stringify(results);
}
