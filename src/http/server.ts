import Fastify, { type FastifyInstance, type HTTPMethods } from 'fastify';
import type { ServerConfig } from '../config/index.ts';
import { allowedMethods, matchRoute, type Operation } from '../contract/index.ts';
import { fail, type Clock, type Log, type Random } from '../kernel/index.ts';
import { createCorrelation } from './correlation.ts';
import { createDispatch, type DirectRoute } from './dispatch.ts';
import { createGuard, type Guard } from './guard.ts';
import { createListener, headerBytesMax, refuseUnreadable } from './listener.ts';
import type {
  AdmissionGate,
  Answer,
  BasicGate,
  CredentialGate,
  Exchange,
  Failure,
  Handler,
  Incoming,
  Outgoing,
  SessionGate,
  Surface,
} from './surface.ts';
import type { Traffic } from './traffic.ts';
import { createOrigins } from './transport.ts';

export interface ServerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly config: ServerConfig;
  readonly credentials: CredentialGate;
  readonly sessions: SessionGate;
  readonly basic: BasicGate;
  readonly admission: AdmissionGate;
  readonly traffic: Traffic;
  /** The first one answers for paths that belong to none. */
  readonly surfaces: readonly [Surface, ...Surface[]];
}

export interface HttpServer {
  /** listen binds the configured address and gives the URL it can be reached at. Fails with `server.address_in_use`. */
  listen(): Promise<{ readonly url: string }>;
  /** close stops accepting, finishes and settles what was admitted, and cuts what is left at the deadline. */
  close(): Promise<void>;
  readonly isClosing: boolean;
}

const routedMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const hostMissing: Failure = { code: 'request.malformed', message: 'A request of HTTP/1.1 must have a Host' };

const isRouted = (method: string): boolean => routedMethods.some((routed) => routed === method);

/** createServer builds the server with one encapsulated scope per surface. Nothing listens yet. */
export const createServer = async (deps: ServerDeps): Promise<HttpServer> => {
  const correlate = createCorrelation(deps.random);
  const guard = createGuard({
    ...deps,
    originOf: createOrigins(deps.config.trustedProxies),
    bodyBytesMax: deps.config.bodyBytesMax,
  });
  const direct = createDispatch(deps.surfaces);
  let isClosing = false;

  const open = (
    surface: Surface,
    operation: Operation | null,
    params: Exchange['params'],
    request: Incoming,
    response: Outgoing,
  ): Exchange => ({
    request,
    response,
    surface,
    operation,
    params,
    correlationId: correlate(request.headers['x-correlation-id']),
    startedMs: deps.clock.monotonicMs(),
    address: '',
    encrypted: false,
    client: '',
    query: '',
    body: null,
    credential: null,
    person: null,
    meter: null,
    usageId: -1,
    chargedMillicredits: 0,
    failure: null,
  });

  /** For what the router does not know: methods outside the usual, unknown paths, paths that do not decode. */
  const unrouted = (request: Incoming, response: Outgoing): void => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const surface = surfaceOf(deps.surfaces, path);
    const all = deps.surfaces.flatMap((other) => other.operations);
    const match = matchRoute(all, request.method ?? '', path);
    const owner =
      match.kind === 'operation' ? deps.surfaces.find(({ name }) => name === match.operation.surface) : null;
    if (match.kind === 'operation' && match.operation.spanning === true && owner) {
      const { operation, params } = match;
      guard.serve(open(owner, operation, params, request, response), handlerOf(owner, operation));
      return;
    }
    if (match.kind === 'method_unknown' && request.method === 'OPTIONS') {
      guard.serve(open(surface, null, {}, request, response), () => methodsAnswer(match.allowed));
      return;
    }
    guard.answer(
      open(surface, null, {}, request, response),
      match.kind === 'method_unknown'
        ? { code: 'request.method_not_allowed', allowed: match.allowed, method: request.method ?? '' }
        : { code: 'request.route_unknown' },
    );
  };

  const serve = (route: DirectRoute, request: Incoming, response: Outgoing): void =>
    guard.serve(open(route.surface, route.operation, route.params, request, response), route.handler);
  const listener = createListener(deps.config, { clock: deps.clock, route: direct, serve });
  const app = Fastify({
    logger: false,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    bodyLimit: deps.config.bodyBytesMax,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: headerBytesMax },
    serverFactory: (handler) =>
      listener.server.on('request', (request, response) => {
        if (isClosing) response.setHeader('Connection', 'close');
        if (request.url?.startsWith('/') === false) request.url = originForm(request.url);
        if (request.headers.host === undefined && request.httpVersion === '1.1') {
          response.setHeader('Connection', 'close');
          guard.answer(open(surfaceOf(deps.surfaces, request.url ?? '/'), null, {}, request, response), hostMissing);
          return;
        }
        const method = request.method ?? '';
        const route = method === 'GET' ? direct(request.url ?? '/') : null;
        if (route !== null) serve(route, request, response);
        else if (isRouted(method)) handler(request, response);
        // The router has opinions of its own about some methods.
        else unrouted(request, response);
      }),
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket),
    frameworkErrors: (_error, request, reply) => {
      reply.hijack();
      unrouted(request.raw, reply.raw);
    },
  });
  app.removeAllContentTypeParsers();
  // Bodies are read by the guard, after transport and before anything is charged.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    unrouted(request.raw, reply.raw);
  });
  for (const surface of deps.surfaces) await app.register(mount(surface, guard, open));
  await app.ready();

  return {
    get isClosing() {
      return isClosing;
    },
    listen: () => listen(app, deps.config),
    close: async () => {
      isClosing = true;
      listener.lane.close();
      let cancel = () => {};
      const deadline = new Promise<'late'>((resolve) => {
        cancel = deps.clock.after(deps.config.shutdownMs, () => resolve('late'));
      });
      const closed = app.close().then(() => deps.traffic.idle());
      if ((await Promise.race([closed, deadline])) === 'late') {
        deps.log.warn('server.stopped_late', { inFlight: deps.traffic.inFlight, unsettled: deps.traffic.unsettled });
        listener.lane.cut();
        app.server.closeAllConnections();
      }
      cancel();
    },
  };
};

type Open = (
  surface: Surface,
  operation: Operation | null,
  params: Exchange['params'],
  request: Incoming,
  response: Outgoing,
) => Exchange;

/** One surface in its own scope: each path of its table answers every usual method, so that a literal path never falls to a pattern. */
const mount =
  (surface: Surface, guard: Guard, open: Open) =>
  async (scope: FastifyInstance): Promise<void> => {
    for (const path of new Set(surface.operations.map((operation) => operation.path))) {
      const allowed = allowedMethods(surface.operations, path);
      for (const method of routedMethods) {
        const wanted = method === 'HEAD' ? 'GET' : method;
        const operation = surface.operations.find((other) => other.path === path && other.method === wanted);
        const handler = operation === undefined ? null : handlerOf(surface, operation);
        scope.route<{ Params: Record<string, string> }>({
          method,
          url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
          handler: (request, reply) => {
            reply.hijack();
            if (operation !== undefined && handler !== null) {
              guard.serve(open(surface, operation, request.params, request.raw, reply.raw), handler);
            } else if (method === 'OPTIONS') {
              guard.serve(open(surface, null, {}, request.raw, reply.raw), () => methodsAnswer(allowed));
            } else
              guard.answer(open(surface, null, {}, request.raw, reply.raw), {
                code: 'request.method_not_allowed',
                allowed,
                method,
              });
          },
        });
      }
    }
  };

const methodsAnswer = (allowed: readonly string[]): Answer => ({
  status: 204,
  headers: ['Allow', allowed.join(', ')],
  body: '',
});

/** The beginning of an address that is sent whole, as to a proxy. */
const authority = /^https?:\/\/[^/?#]*/i;

/** originForm is the path and query of what a request line holds; a server takes whole addresses as well (RFC 9112, 3.2.2). */
const originForm = (url: string): string => {
  const rest = url.replace(authority, '');
  return rest.startsWith('/') || rest === '*' ? rest : `/${rest}`;
};

const handlerOf = (surface: Surface, operation: Operation): Handler => {
  const handler = surface.handlers[operation.id];
  if (handler === undefined) throw fail('internal.unexpected', { internal: `no handler for ${operation.id}` });
  return handler;
};

/** The surface whose longest prefix holds the path; a path of nobody goes to the last surface, the site. */
const surfaceOf = (surfaces: ServerDeps['surfaces'], path: string): Surface => {
  const claims = surfaces.flatMap((surface) => surface.prefixes.map((prefix) => ({ surface, prefix })));
  const holding = claims.filter(({ prefix }) => prefix === '/' || path === prefix || path.startsWith(`${prefix}/`));
  return holding.toSorted((a, b) => b.prefix.length - a.prefix.length)[0]?.surface ?? surfaces[0];
};

const listen = async (app: FastifyInstance, config: ServerConfig): Promise<{ url: string }> => {
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw fail('server.address_in_use', { message: `Port ${config.port} of ${config.host} is in use`, cause: error });
    }
    throw error;
  }
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : config.port;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return { url: `${config.tls.mode === 'none' ? 'http' : 'https'}://${host}:${port}` };
};
