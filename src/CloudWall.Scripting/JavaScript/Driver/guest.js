// What functions of design documents are given. It is made in a realm of its own: whatever they reach from it, by its constructors and
// prototypes, is theirs to change, and the driver does not depend on it. It is another realm than that of the functions, as in CouchDB.
(function () {
  'use strict';

  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { toString } = Object.prototype;
  const List = Array;

  function sum(values) {
    let total = 0;
    for (const i in values) {
      total += values[i];
    }
    return total;
  }

  function isArray(value) {
    return apply(toString, value, []) === '[object Array]';
  }

  function index() {}

  function makeHelpers(addRow, pass, addLine, addProvided, addType, setStart, addChunk, takeRow) {
    function emit(key, value) {
      addRow(key, value);
    }

    function log(message) {
      addLine(message);
    }

    function provides(type, fun) {
      addProvided(type, fun);
    }

    function registerType(...given) {
      addType(given[0], given, 1);
    }

    function start(response) {
      setStart(response);
    }

    function send(chunk) {
      addChunk(chunk.toString());
    }

    function getRow() {
      return takeRow();
    }

    return {
      emit,
      passEmit() {
        pass();
      },
      index,
      helpers: { sum, log, toJSON: stringify, JSON, provides, registerType, start, send, getRow, isArray },
    };
  }

  return {
    parse,
    makeHelpers,
    failure(error, reason) {
      return ['error', error, reason];
    },
    newObject() {
      return {};
    },
    isGuestArray(value) {
      return value instanceof List;
    },
    wrapRequire(load) {
      return function require(name, module) {
        return load(name, module);
      };
    },
  };
})
