import { z } from 'zod';
import {
  batchWire,
  cybersecfeedExamples,
  exampleMeta,
  Failure,
  parameterNotes,
  type Operation,
} from '../../contract/index.ts';
import { errorCatalogue } from '../../kernel/index.ts';

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Definitions of all answers move to one place, and references follow them. */
const createComponents = () => {
  const schemas: Json = {};
  const move = (value: unknown): unknown => {
    // A property may be called "id"; only the keyword of that name goes.
    if (!isJson(value)) return Array.isArray(value) ? value.map(move) : value;
    const plain: Json = {};
    for (const [key, member] of Object.entries(value)) {
      if (key === '$defs' || key === '$schema' || (key === 'id' && typeof member === 'string')) continue;
      if (key === '$ref' && typeof member === 'string')
        plain[key] = member.replace('#/$defs/', '#/components/schemas/');
      else if (key === 'properties' && isJson(member)) {
        plain[key] = Object.fromEntries(Object.entries(member).map(([name, schema]) => [name, move(schema)]));
      } else plain[key] = move(member);
    }
    return plain;
  };
  const add = (schema: z.ZodType): unknown => {
    const document: Json = z.toJSONSchema(schema, { unrepresentable: 'any' });
    const definitions = document['$defs'];
    if (isJson(definitions))
      for (const [name, definition] of Object.entries(definitions)) schemas[name] = move(definition);
    return move(document);
  };
  return { schemas, add };
};

/** parametersOf lists the path and query parameters of an operation as OpenAPI has them. */
export const parametersOf = (operation: Operation): Json[] =>
  (['path', 'query'] as const).flatMap((place) => {
    const shape = (place === 'path' ? operation.params : operation.query)?.shape ?? {};
    return Object.entries(shape).map(([name, schema]) => {
      const notes = parameterNotes.get(schema);
      return {
        name,
        in: place,
        required: place === 'path',
        ...(notes === undefined
          ? {}
          : { description: `${notes.description} Must be ${notes.constraint}.`, schema: notes.wire }),
        ...(notes?.list === true ? { style: 'form', explode: false } : {}),
        ...(notes?.example === undefined
          ? {}
          : { example: notes.list === true ? notes.example.split(',') : notes.example }),
      };
    });
  });

const creditText = (operation: Operation): string => {
  const credits = operation.priceMillicredits / 1000;
  return credits === 0 ? 'Free of charge.' : `Costs ${credits} credit${credits === 1 ? '' : 's'}.`;
};

const failuresOf = (operation: Operation): Json => {
  const titles = new Map<number, string[]>();
  for (const code of operation.errors) {
    const entry = errorCatalogue[code];
    titles.set(entry.status, [...(titles.get(entry.status) ?? []), entry.title]);
  }
  return Object.fromEntries(
    [...titles].map(([status, names]) => [
      String(status),
      {
        description: `${[...new Set(names)].join('. ')}.`,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
      },
    ]),
  );
};

/** buildOpenApi makes the OpenAPI 3.1 document of the metered operations; `serverUrl` is where they are served. */
export const buildOpenApi = (
  operations: readonly Operation[],
  options: { readonly serverUrl: string; readonly version: string },
): Json => {
  const components = createComponents();
  components.schemas['Failure'] = components.add(Failure);
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const example = { data: cybersecfeedExamples[operation.id], meta: exampleMeta };
    const entry = {
      operationId: operation.id,
      summary: operation.summary,
      description: `${operation.description ?? ''} ${creditText(operation)}`.trim(),
      tags: [operation.resource ?? 'public'],
      security: [{ apiKey: [] }],
      'x-credits': operation.priceMillicredits / 1000,
      parameters: parametersOf(operation),
      ...(operation.body === undefined
        ? {}
        : { requestBody: { required: true, content: { 'application/json': { schema: batchWire } } } }),
      responses: {
        '200': {
          description: 'The answer.',
          headers: { 'X-Correlation-ID': { schema: { type: 'string' } }, ETag: { schema: { type: 'string' } } },
          content: { 'application/json': { schema: components.add(operation.response), example } },
        },
        ...(operation.method === 'GET'
          ? {
              '304': { description: 'Not modified since the entity tag of `If-None-Match`. The charge is given back.' },
            }
          : {}),
        ...failuresOf(operation),
      },
    };
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: entry };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vulngate API',
      version: options.version,
      description:
        'Vulnerability intelligence: CVE records with CVSS, EPSS and known exploitation. Every request needs a key and costs its price in credits.',
    },
    servers: [{ url: options.serverUrl }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'X-API-Key',
          description: 'A subscription key: two UUIDs joined by a hyphen.',
        },
      },
    },
  };
};
