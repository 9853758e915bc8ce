// Escapes text for HTML.
exports.escape = function (text) {
  return String(text).replace(/[&<>"]/g, function (c) {
    return { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c];
  });
};

// A page that may load what the app itself has, and nothing else.
exports.headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'self'",
};

exports.begin = function (title, base) {
  return '<!doctype html><meta charset="utf-8"><title>' + exports.escape(title) + '</title>' +
    '<link rel="icon" href="data:,"><link rel="stylesheet" href="' + base + 'static/book.css">' +
    '<script src="' + base + 'static/book.js" defer></script><h1>' + exports.escape(title) + '</h1>';
};
