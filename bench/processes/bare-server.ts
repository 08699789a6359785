/**
 * The reference of served requests: node:http and nothing else, which sends recorded answers byte for byte. It reads
 * BareAnswer[] as JSON from standard input and tells its port in a message.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

export interface BareAnswer {
  readonly path: string;
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** The body's bytes, one character each. */
  readonly body: string;
}

const recorded = JSON.parse(await text(process.stdin)) as BareAnswer[];
const answers = new Map(recorded.map((answer) => [answer.path, { ...answer, headers: [...answer.headers] }]));

const server = createServer({ noDelay: true, keepAliveTimeout: 65_000 }, (request, response) => {
  const answer = answers.get(request.url ?? '');
  if (answer === undefined) {
    response.writeHead(404, { 'Content-Length': 0 });
    response.end();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body, 'latin1');
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
process.once('SIGTERM', () => process.exit(0));
