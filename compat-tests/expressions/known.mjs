// Kinds of expressions that may differ from CouchDB 3.5.0, and why. The engine here is QuickJS of September 2025; CouchDB 3.5.0 has that of
// April 2025.

export const known = [
  { what: 'methods of Set for unions and the like came with the later engine', concerns: ({ code }) => /\.(union|intersection|difference|isSubsetOf|symmetricDifference)\?\./.test(code) },
  { what: 'the flag v of regular expressions came with the later engine', concerns: ({ code }) => /,'v'\)/.test(code) },
  { what: 'modifiers in regular expressions came with the later engine', concerns: ({ code }) => code.includes('(?i:') },
  { what: 'the global Iterator came with the later engine', concerns: ({ code }) => /\bIterator\b/.test(code) },
  { what: 'the later engine words what JSON.parse refuses otherwise', concerns: ({ code }) => code.includes('JSON.parse(') },
  { what: 'the later engine names what is not a constructor', concerns: ({ code }) => /\bnew \(|new 1/.test(code) || code.startsWith('Reflect.construct(') },
  { what: 'last digit of a transcendental function: another C library', concerns: ({ code }) => /^Math\.(cbrt|exp|log\w*|sinh?|cosh?|tanh?|a?sinh?|acosh?|atan\w*|expm1|pow|hypot)\(/.test(code) },
];
