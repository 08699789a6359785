import { z } from 'zod';
import { parameterNotes, type Operation } from '../../contract/index.ts';
import { errorCatalogue } from '../../kernel/index.ts';
import type { ApiDescription } from './api-description.ts';

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
  const add = (schema: z.ZodType, io: 'input' | 'output' = 'output'): unknown => {
    const document: Json = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
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
          ? { schema: { type: 'string' } }
          : { description: `${notes.description} Must be ${notes.constraint}.`, schema: notes.wire }),
        ...(notes?.list === true ? { style: 'form', explode: false } : {}),
        ...(notes?.example === undefined
          ? {}
          : { example: notes.list === true ? notes.example.split(',') : notes.example }),
      };
    });
  });

const failuresOf = (operation: Operation, schemaName: string): Json => {
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
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName}` } } },
      },
    ]),
  );
};

type Components = ReturnType<typeof createComponents>;

const successOf = (operation: Operation, { exampleOf }: ApiDescription, components: Components): Json => {
  if (operation.response instanceof z.ZodVoid) return { '204': { description: 'Done.' } };
  const example = exampleOf(operation);
  const content = { schema: components.add(operation.response), ...(example === undefined ? {} : { example }) };
  const answer = {
    description: 'The answer.',
    headers: {
      'X-Correlation-ID': { schema: { type: 'string' } },
      ...(operation.method === 'GET' || example !== undefined ? { ETag: { schema: { type: 'string' } } } : {}),
    },
    content: { 'application/json': content },
  };
  if (operation.method !== 'GET') return example === undefined ? { '2XX': answer } : { '200': answer };
  return {
    '200': answer,
    '304': {
      description: `Not modified since the entity tag of \`If-None-Match\`.${operation.priceMillicredits === 0 ? '' : ' The charge is given back.'}`,
    },
  };
};

const bodyOf = ({ body }: Operation, { bodyWire }: ApiDescription, components: Components): Json => {
  if (body === undefined) return {};
  const schema = bodyWire ?? components.add(body, 'input');
  return { requestBody: { required: true, content: { 'application/json': { schema } } } };
};

/** buildOpenApi makes the OpenAPI 3.1 document of one API; `serverUrl` is where the program is reached. */
export const buildOpenApi = (
  api: ApiDescription,
  options: { readonly serverUrl: string; readonly version: string },
): Json => {
  const components = createComponents();
  const failure = components.add(api.failure.schema);
  // A schema with a name of its own is there already, and what came back only refers to it.
  components.schemas[api.failure.name] ??= failure;
  const security = [{ [api.security.name]: [] }];
  const paths: Record<string, Json> = {};
  for (const operation of api.operations) {
    const path = operation.path.slice(api.base.length);
    const entry = {
      operationId: operation.id,
      summary: operation.summary,
      description: `${operation.description ?? ''} ${api.noteOf(operation)}`.trim(),
      tags: [api.tagOf(operation)],
      security,
      ...api.extensionsOf(operation),
      parameters: parametersOf(operation),
      ...bodyOf(operation, api, components),
      responses: { ...successOf(operation, api, components), ...failuresOf(operation, api.failure.name) },
    };
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: entry };
  }
  return {
    openapi: '3.1.0',
    info: { title: api.title, version: api.version ?? options.version, description: api.text },
    servers: [{ url: `${options.serverUrl}${api.base}` }],
    security,
    paths,
    components: { schemas: components.schemas, securitySchemes: { [api.security.name]: api.security.scheme } },
  };
};
