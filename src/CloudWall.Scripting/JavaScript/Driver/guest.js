// What functions of design documents are given. It is made in a realm of its own: whatever they reach from it, by its constructors and
// prototypes, is theirs to change, and the driver does not depend on it. It is another realm than that of the functions, as in CouchDB.
// Whatever calls the driver on a function's behalf catches what fails there: an error of the driver's realm would lead to the driver.
(function (driverObject) {
  'use strict';

  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { toString } = Object.prototype;
  const { setPrototypeOf } = Object;
  const errors = { __proto__: null, TypeError, RangeError, ReferenceError, SyntaxError, InternalError };
  const OtherError = Error;
  const OfDriver = marker(driverObject);
  const List = marker(Array.prototype);

  // What "instanceof" is asked with, so that no code of functions is: it inherits nothing, nobody else has it.
  function marker(prototype) {
    const made = setPrototypeOf(function () {}, null);
    made.prototype = prototype;
    return made;
  }

  // What a function catches when the driver failed: its own errors as they are, those of the driver's realm as errors of this one.
  function caught(e) {
    return e instanceof OfDriver ? new (errors[e.name] || OtherError)(e.message) : e;
  }

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
      try {
        addRow(key, value);
      } catch (e) {
        throw caught(e);
      }
    }

    function log(message) {
      try {
        addLine(message);
      } catch (e) {
        throw caught(e);
      }
    }

    function provides(type, fun) {
      try {
        addProvided(type, fun);
      } catch (e) {
        throw caught(e);
      }
    }

    function registerType(...given) {
      try {
        addType(given[0], given, 1);
      } catch (e) {
        throw caught(e);
      }
    }

    function start(response) {
      try {
        setStart(response);
      } catch (e) {
        throw caught(e);
      }
    }

    function send(chunk) {
      try {
        addChunk(chunk.toString());
      } catch (e) {
        throw caught(e);
      }
    }

    function getRow() {
      try {
        return takeRow();
      } catch (e) {
        throw caught(e);
      }
    }

    return {
      emit,
      passEmit() {
        try {
          pass();
        } catch (e) {
          throw caught(e);
        }
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
        try {
          return load(name, module);
        } catch (e) {
          throw caught(e);
        }
      };
    },
  };
})
