function (doc, req) {
  var html = require('lib/html');
  if (!doc) return { code: 404, headers: html.headers, body: html.begin('Nobody', '../') };
  return {
    headers: html.headers,
    body: html.begin(doc.name, '../') + '<p id="email">' + html.escape(doc.email) + '</p><p id="by">' + html.escape(req.userCtx.name) + '</p>',
  };
}
