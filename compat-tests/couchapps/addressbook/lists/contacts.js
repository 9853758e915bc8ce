function (head, req) {
  var html = require('lib/html');
  var row;
  start({ headers: html.headers });
  send(html.begin('Address book', './') + '<p id="count"></p><ul>');
  while (row = getRow()) {
    send('<li><a href="contact/' + encodeURIComponent(row.id) + '">' + html.escape(row.key) + '</a></li>');
  }
  return '</ul><form method="post" action="add"><input name="name"><input name="email"><button>Add</button></form>';
}
