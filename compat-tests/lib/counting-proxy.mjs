// A proxy that counts the requests to a server.
import http from 'node:http';

/** Starts a proxy to a server. `url` is where it is, with the server's credentials; `requests` what it has carried so far. */
export async function startCountingProxy(server, after) {
  const to = new URL(server);
  const requests = [];
  const proxy = http.createServer((request, answer) => {
    requests.push(`${request.method} ${request.url}`);
    const onward = http.request({ hostname: to.hostname, port: to.port, method: request.method, path: request.url, headers: request.headers }, from => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise(ready => proxy.listen(0, '127.0.0.1', ready));
  after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const url = new URL(to);
  url.port = String(proxy.address().port);
  return { url: url.href.replace(/\/$/, ''), requests };
}
