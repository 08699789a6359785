/**
 * The site: what a server shows without a credential. Landing page, API reference, OpenAPI document, liveness, readiness,
 * and the operator's metrics.
 *
 * It owns these pages and nothing of the products' surfaces: the reference is made from their operation tables.
 *
 * Invariants: pages are self-contained and carry a strict content policy; the metrics are given to the configured token, or
 * without one to this machine only, never through a proxy; nothing here is charged.
 *
 * Fails with `credential.missing` on the metrics page, `request.route_unknown` elsewhere; not ready is an answer (503).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FeedState } from '../../catalog/index.ts';
import type { ServerConfig } from '../../config/index.ts';
import { ClaimBody, ConfirmationBody, siteOperations } from '../../contract/index.ts';
import { errorCatalogue, fail, type Actor, type Clock } from '../../kernel/index.ts';
import { createAddressLimit } from '../address-limit.ts';
import { tagMatches, textTag } from '../entity-tag.ts';
import { failureFields, publicText } from '../failure-fields.ts';
import { jsonAnswer, parseBody } from '../json.ts';
import { strangerOf } from '../person.ts';
import { publicUrlOf } from '../public-url.ts';
import type { Answer, Exchange, Failure, Surface } from '../surface.ts';
import type { Traffic } from '../traffic.ts';
import { createOrigins } from '../transport.ts';
import { cybersecfeedDescription, opencveV2Description, type ApiDescription } from './api-description.ts';
import { docsPage, landingPage } from './docs-page.ts';
import { metricsText } from './metrics.ts';
import { claimPage, confirmationPage, signInPage } from './one-time-pages.ts';
import { buildOpenApi } from './openapi.ts';

export interface SiteDeps {
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly version: string;
  readonly traffic: Traffic;
  /** Each resolves when its part answers. */
  readonly ready: {
    readonly controlPlane: () => Promise<void>;
    readonly ledger: () => Promise<void>;
    readonly catalogue: () => Promise<void>;
  };
  readonly feeds: () => readonly FeedState[];
  readonly isClosing: () => boolean;
  readonly memoryBytes: () => number;
  readonly claims: ClaimVerbs;
  readonly confirmations: ConfirmationVerbs;
}

/** What the claim page needs of the credentials module. */
export interface ClaimVerbs {
  /** open issues the key of a claim link, once. Throws `claim.refused`. */
  open(
    token: string,
    actor: Actor,
  ): Promise<{ readonly presented: string; readonly name: string; readonly masked: string }>;
}

/** What the confirmation page needs of the watch module. */
export interface ConfirmationVerbs {
  /** confirm switches the notification of a mailed link on. Throws `confirmation.refused`. */
  confirm(token: string, actor: Actor): Promise<{ readonly name: string }>;
}

const readinessMs = 2000;

/** createSite builds the surface. */
export const createSite = (deps: SiteDeps): Surface => {
  const startedAtMs = deps.clock.nowMs();
  const originOf = createOrigins(deps.config.trustedProxies);
  const urlOf = (exchange: Exchange): string => publicUrlOf(deps.config.publicUrl, exchange);
  const limit = createAddressLimit(deps.clock, { limit: 10, windowMs: 60_000 });
  const claim = async (exchange: Exchange): Promise<Answer> => {
    limit.take(exchange.address);
    const { token } = parseBody(ClaimBody, exchange.body);
    const opened = await deps.claims.open(token, strangerOf(exchange, 'claim link'));
    return jsonAnswer(200, { credential: opened.presented, name: opened.name, masked: opened.masked });
  };
  const confirm = async (exchange: Exchange): Promise<Answer> => {
    limit.take(exchange.address);
    const { token } = parseBody(ConfirmationBody, exchange.body);
    return jsonAnswer(200, await deps.confirmations.confirm(token, strangerOf(exchange, 'confirmation link')));
  };
  const openapi =
    (api: ApiDescription) =>
    (exchange: Exchange): Answer => {
      const document = buildOpenApi(api, { serverUrl: urlOf(exchange), version: deps.version });
      return tagged(exchange, plain(200, 'application/json; charset=utf-8', `${JSON.stringify(document, null, 2)}\n`));
    };
  const reference =
    (api: ApiDescription) =>
    (exchange: Exchange): Answer =>
      tagged(exchange, docsPage(api, urlOf(exchange)));
  const metrics = (exchange: Exchange): Answer => {
    admitOperator(deps.config, exchange, originOf(exchange.request));
    const body = metricsText({ ...deps, startedAtMs });
    return plain(200, 'text/plain; version=0.0.4; charset=utf-8', body, 'no-store');
  };
  return {
    name: 'site',
    prefixes: ['/'],
    operations: siteOperations,
    handlers: {
      'site.landing.read': (exchange) => tagged(exchange, landingPage(urlOf(exchange))),
      'site.health.read': () => plain(200, 'application/json; charset=utf-8', '{"status":"ok"}', 'no-store'),
      'site.readiness.read': () => readiness(deps),
      'site.metrics.read': metrics,
      'site.openapi.read': openapi(cybersecfeedDescription),
      'site.openapi_v2.read': openapi(opencveV2Description),
      'site.claim.read': claimPage,
      'site.sign_in.read': signInPage,
      'site.claim.open': claim,
      'site.confirmation.read': confirmationPage,
      'site.confirmation.take': confirm,
      'site.docs.read': reference(cybersecfeedDescription),
      'site.docs_v2.read': reference(opencveV2Description),
    },
    present: () => ({ kind: 'none' }),
    fail: failure,
  };
};

const plain = (status: number, type: string, body: string, cache = 'no-cache'): Answer => ({
  status,
  headers: ['Content-Type', type, 'X-Content-Type-Options', 'nosniff', 'Cache-Control', cache],
  body,
});

const tagged = (exchange: Exchange, answer: Answer): Answer => {
  const tag = textTag(answer.body);
  answer.headers.push('ETag', tag, 'Vary', 'Host');
  return tagMatches(exchange.request.headers['if-none-match'], tag) ? { ...answer, status: 304, body: '' } : answer;
};

const readiness = async (deps: SiteDeps): Promise<Answer> => {
  const check = async (ask: () => Promise<void>): Promise<'ok' | 'unavailable'> => {
    let cancel = () => {};
    const late = new Promise<'unavailable'>((resolve) => {
      cancel = deps.clock.after(readinessMs, () => resolve('unavailable'));
    });
    const asked = ask().then(
      () => 'ok' as const,
      () => 'unavailable' as const,
    );
    const outcome = await Promise.race([asked, late]);
    cancel();
    return outcome;
  };
  const [controlPlane, ledger, catalogue] = await Promise.all([
    check(deps.ready.controlPlane),
    check(deps.ready.ledger),
    check(deps.ready.catalogue),
  ]);
  const isReady = controlPlane === 'ok' && ledger === 'ok' && catalogue === 'ok' && !deps.isClosing();
  const status = deps.isClosing() ? 'stopping' : isReady ? 'ready' : 'unavailable';
  const answer = plain(
    isReady ? 200 : 503,
    'application/json; charset=utf-8',
    JSON.stringify({ status, checks: { controlPlane, ledger, catalogue } }),
    'no-store',
  );
  if (!isReady) answer.headers.push('Retry-After', '1');
  return answer;
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** With a token: whoever has it, over a safe way. Without one: this machine, and the page does not exist for anybody else. */
const admitOperator = (
  config: ServerConfig,
  exchange: Exchange,
  origin: { readonly local: boolean; readonly secure: boolean },
): void => {
  if (config.metricsToken === null) {
    if (!origin.local) throw fail('request.route_unknown');
    return;
  }
  if (!origin.secure) throw fail('request.insecure_transport');
  const given = /^Bearer (\S+)$/i.exec(exchange.request.headers.authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(digest(given), digest(config.metricsToken.reveal()))) throw fail('credential.missing');
};

const failure = (given: Failure): Answer => {
  const { status, help } = errorCatalogue[given.code];
  const error = { code: given.code, message: publicText(given), help };
  return jsonAnswer(status, { error }, failureFields(given, 'Bearer realm="metrics"'));
};
