import { isPublic, type Operation } from '../contract/index.ts';
import type { Log } from '../kernel/index.ts';
import { hasBody, isJson, readBody } from './body.ts';
import { exposedInBody, exposedInPath, exposedInQuery, findCredential } from './exposure.ts';
import type { CredentialGate, Exchange, ExposurePlace, Failure, Incoming } from './surface.ts';
import type { Origin } from './transport.ts';

export interface ExaminationDeps {
  readonly log: Log;
  readonly credentials: Pick<CredentialGate, 'reportExposure'>;
  readonly originOf: (request: Incoming) => Origin;
  readonly bodyBytesMax: number;
  readonly clientOf: (exchange: Exchange) => string;
  /** unrecorded is told when an exposure could not be recorded. */
  readonly unrecorded: (exchange: Exchange, error: unknown) => void;
}

/**
 * createExamination judges how a request came: encrypted, without a credential where it gets seen, with a body that may be
 * read. The function it gives runs before any credential is looked at, and waits only when it must. Null when the way in
 * is clean.
 */
export const createExamination = (
  deps: ExaminationDeps,
): ((exchange: Exchange, operation: Operation) => Failure | null | Promise<Failure | null>) => {
  const { clientOf, credentials, log } = deps;

  const report = async (exchange: Exchange, presented: string, where: ExposurePlace): Promise<void> => {
    log.warn('request.exposes_credential', { correlationId: exchange.correlationId, where, address: exchange.address });
    try {
      await credentials.reportExposure(presented, where, exchange.address);
    } catch (error) {
      deps.unrecorded(exchange, error);
    }
  };

  const examine = (exchange: Exchange, operation: Operation): Failure | null | Promise<Failure | null> => {
    const { request } = exchange;
    const origin = deps.originOf(request);
    exchange.address = origin.address;
    exchange.encrypted = origin.encrypted;
    if (origin.encrypted) exchange.response.setHeader('Strict-Transport-Security', 'max-age=31536000');
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    if (mark >= 0) exchange.query = url.slice(mark + 1);
    if (isPublic(operation))
      return operation.method === 'GET' ? null : examinePublic(exchange, operation, origin.secure);
    if (!origin.secure) return refuseInsecure(exchange);
    const inPath = exposedInPath(mark >= 0 ? url.slice(0, mark) : url);
    if (inPath !== null) return refuseExposed(exchange, inPath, 'path');
    const inQuery = exposedInQuery(exchange.query);
    if (inQuery !== null) return refuseExposed(exchange, inQuery, 'query');
    return hasBody(request) ? examineBody(exchange, operation) : null;
  };

  /** What asks for nobody takes codes, signed reports and found credentials in its body: nothing there is out of place. */
  const examinePublic = async (
    exchange: Exchange,
    operation: Operation,
    isSecure: boolean,
  ): Promise<Failure | null> => {
    exchange.client = clientOf(exchange);
    if (!isSecure) return { code: 'request.insecure_transport' };
    if (!hasBody(exchange.request)) return null;
    if (operation.body !== undefined && !isJson(exchange.request)) return { code: 'request.unsupported_media_type' };
    exchange.body = await readBody(exchange.request, Math.max(deps.bodyBytesMax, operation.bodyBytesMax ?? 0));
    return null;
  };

  const refuseInsecure = async (exchange: Exchange): Promise<Failure> => {
    const presented = exchange.surface.present(exchange.request.headers, exchange.request);
    // Without an address the caller is gone again, and nobody knows how it came.
    if (presented.kind === 'one' && exchange.address !== '') await report(exchange, presented.text, 'plain-http');
    return { code: 'request.insecure_transport' };
  };

  const examineBody = async (exchange: Exchange, operation: Operation): Promise<Failure | null> => {
    if (operation.body !== undefined && !isJson(exchange.request)) return { code: 'request.unsupported_media_type' };
    exchange.body = await readBody(exchange.request, deps.bodyBytesMax);
    const presented = (operation.holdsSecrets === true ? findCredential : exposedInBody)(exchange.body);
    return presented === null ? null : refuseExposed(exchange, presented, 'body');
  };

  const refuseExposed = async (exchange: Exchange, presented: string, where: ExposurePlace): Promise<Failure> => {
    await report(exchange, presented, where);
    return { code: 'request.credential_exposed', detail: { where } };
  };

  return examine;
};
