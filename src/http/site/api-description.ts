import type { z } from 'zod';
import {
  batchWire,
  cybersecfeedExamples,
  cybersecfeedOperations,
  ErrorBody,
  exampleMeta,
  Failure,
  opencveV2Operations,
  type Operation,
} from '../../contract/index.ts';
import { html, type Html } from './page.ts';
import { sketchOf } from './sketch.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the OpenAPI document and the page of one API say besides its operations. */
export interface ApiDescription {
  readonly operations: readonly Operation[];
  readonly title: string;
  /** Of the API; null: that of the program. */
  readonly version: string | null;
  readonly text: string;
  /** What every path begins with, and the document leaves to the address of the server. */
  readonly base: string;
  readonly security: { readonly name: string; readonly scheme: Json };
  /** The form of every failure, and one of them. */
  readonly failure: { readonly name: string; readonly schema: z.ZodType; readonly example: unknown };
  readonly tagOf: (operation: Operation) => string;
  /** For people, behind the description of an operation. */
  readonly noteOf: (operation: Operation) => string;
  readonly extensionsOf: (operation: Operation) => Json;
  /** Whether an example stands in the document: only what is really answered. */
  readonly exampleOf: (operation: Operation) => unknown;
  /** The JSON Schema of a body where it says more than the schema itself; null: the schema says it. */
  readonly bodyWire: Json | null;
  readonly page: {
    readonly documentPath: string;
    readonly lead: Html;
    readonly listTitle: string;
    readonly header: string;
    readonly badgeOf: (operation: Operation) => string;
    readonly markOf: (operation: Operation) => string;
    /** What an answer, and a body, look like on the page; null: there is none. */
    readonly answerOf: (operation: Operation) => unknown;
    readonly bodyOf: (operation: Operation) => unknown;
  };
}

const creditsOf = ({ priceMillicredits }: Operation): string => {
  const credits = priceMillicredits / 1000;
  return credits === 0 ? 'free' : `${credits} credit${credits === 1 ? '' : 's'}`;
};

const exampleOf = (operation: Operation): unknown => ({ data: cybersecfeedExamples[operation.id], meta: exampleMeta });

/** The API of subscription keys. */
export const cybersecfeedDescription: ApiDescription = {
  operations: cybersecfeedOperations,
  title: 'Vulngate API',
  version: null,
  text: 'Vulnerability intelligence: CVE records with CVSS, EPSS and known exploitation. Every request needs a key and costs its price in credits.',
  base: '',
  security: {
    name: 'apiKey',
    scheme: {
      type: 'apiKey',
      in: 'header',
      name: 'X-API-Key',
      description: 'A subscription key: two UUIDs joined by a hyphen.',
    },
  },
  failure: {
    name: 'Failure',
    schema: Failure,
    example: {
      error: {
        code: 'INVALID_PARAMETER',
        message: "Invalid value for parameter 'limit': must be an integer from 1 to 100",
        details: { parameter: 'limit', value: '101', constraint: 'must be an integer from 1 to 100' },
      },
      meta: exampleMeta,
    },
  },
  tagOf: ({ resource }) => resource ?? 'public',
  noteOf: (operation) => {
    const price = creditsOf(operation);
    return price === 'free' ? 'Free of charge.' : `Costs ${price}.`;
  },
  extensionsOf: ({ priceMillicredits }) => ({ 'x-credits': priceMillicredits / 1000 }),
  exampleOf,
  bodyWire: batchWire,
  page: {
    documentPath: '/api/v1/openapi.json',
    lead: html`Every request needs a subscription key in the <code>X-API-Key</code> header, over HTTPS, and costs its
      price in credits. Refused requests cost nothing; answers with status 304, 400 or 5xx are given back.`,
    listTitle: 'Operations and credits',
    header: 'X-API-Key: $CYBERFEED_API_KEY',
    badgeOf: creditsOf,
    markOf: ({ priceMillicredits }) => String(priceMillicredits / 1000),
    answerOf: exampleOf,
    bodyOf: ({ body }) => (body === undefined ? null : batchWire['example']),
  },
};

const scopeOf = ({ resource, level }: Operation): string => `${resource ?? 'none'}:${level}`;

/** The API of organisation tokens. */
export const opencveV2Description: ApiDescription = {
  operations: opencveV2Operations,
  title: 'OpenCVE API v2',
  version: '2026-06-24',
  text: 'CVEs, vendors, products and weaknesses, and the projects of an organisation. Every request needs a token of the organisation with the scope that the operation names.',
  base: '/api/v2',
  security: {
    name: 'OrganizationBearerAuth',
    scheme: { type: 'http', scheme: 'bearer', description: 'An organisation token: `opc_org.<token_id>.<secret>`.' },
  },
  failure: {
    name: 'ErrorBody',
    schema: ErrorBody,
    example: {
      error: {
        code: 'validation_error',
        message: 'Validation error.',
        details: { q: "Expected AND or OR instead of 'query' (at character 9)." },
      },
    },
  },
  tagOf: ({ resource }) => resource ?? 'public',
  noteOf: (operation) => `Needs the scope \`${scopeOf(operation)}\`.`,
  extensionsOf: (operation) => ({ 'x-required-scope': scopeOf(operation) }),
  exampleOf: () => undefined,
  bodyWire: null,
  page: {
    documentPath: '/api/v2/schema',
    lead: html`Every request needs a token of an organisation as <code>Authorization: Bearer opc_org.…</code>, over
      HTTPS. A token that names no scopes may do everything that its access mode allows.`,
    listTitle: 'Operations',
    header: 'Authorization: Bearer $OPENCVE_TOKEN',
    badgeOf: scopeOf,
    markOf: ({ method }) => method,
    answerOf: ({ response }) => sketchOf(response, 'output'),
    bodyOf: ({ body }) => (body === undefined ? null : sketchOf(body, 'input')),
  },
};
