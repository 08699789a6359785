import { z } from 'zod';
import { parameterNotes, type Operation } from '../../contract/index.ts';
import { errorCatalogue } from '../../kernel/index.ts';
import type { Answer } from '../surface.ts';
import type { ApiDescription } from './api-description.ts';
import { html, pageAnswer, prose, type Html } from './page.ts';

const anchorOf = (operation: Operation): string => operation.id.replaceAll('.', '-');

const json = (value: unknown): Html => html`<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>`;

/** A path with an example in the place of each parameter. */
const pathOf = ({ path, params }: Operation): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const schema: unknown = params?.shape[name];
    const example = schema instanceof z.ZodType ? parameterNotes.get(schema)?.example : undefined;
    return example ?? (name === 'id' ? 'CVE-2021-44228' : name);
  });

const callOf = (operation: Operation, { page }: ApiDescription, origin: string): string => {
  const examples = Object.entries(operation.query?.shape ?? {}).flatMap(([name, schema]) => {
    const example = parameterNotes.get(schema)?.example;
    return example === undefined || name === 'fields' || name === 'include'
      ? []
      : [`${name}=${/[ &#%+]/.test(example) ? encodeURIComponent(example) : example}`];
  });
  const query = examples.length === 0 ? '' : `?${examples.slice(0, 2).join('&')}`;
  const verb = operation.method === 'GET' || operation.method === 'POST' ? '' : `-X ${operation.method} `;
  const lines = [`curl ${verb}-H "${page.header}" \\`];
  if (operation.body !== undefined)
    lines.push(`  -H "Content-Type: application/json" \\`, `  -d '${JSON.stringify(page.bodyOf(operation))}' \\`);
  return [...lines, `  "${origin}${pathOf(operation)}${query}"`].join('\n');
};

const parameterRows = (operation: Operation): Html[] =>
  [...Object.entries(operation.params?.shape ?? {}), ...Object.entries(operation.query?.shape ?? {})].map(
    ([name, schema]) => {
      const notes = parameterNotes.get(schema);
      const preset = notes?.wire['default'];
      return html`<div>
        <dt><code>${name}</code></dt>
        <dd>
          ${prose(notes?.description ?? '')}
          <span class="soft"
            >${notes?.constraint ?? ''}${preset === undefined ? '' : `; default ${JSON.stringify(preset)}`}</span
          >
        </dd>
      </div>`;
    },
  );

const errorRows = (operation: Operation): Html[] =>
  operation.errors.map((code) => {
    const entry = errorCatalogue[code];
    return html`<tr>
      <td>${entry.status}</td>
      <td>${entry.title}</td>
      <td>${prose(entry.help)}</td>
    </tr>`;
  });

const part = (title: string, content: Html): Html =>
  html`<h3>${title}</h3>
    ${content}`;

const section = (operation: Operation, api: ApiDescription, origin: string): Html => {
  const parameters = parameterRows(operation);
  const answer = api.page.answerOf(operation);
  const body = api.page.bodyOf(operation);
  return html`<section class="card" id="${anchorOf(operation)}">
    <div class="line">
      <h2>${operation.summary}</h2>
      <span class="badge">${api.page.badgeOf(operation)}</span>
    </div>
    <div class="route">
      <span class="method ${operation.method.toLowerCase()}">${operation.method}</span><code>${operation.path}</code>
    </div>
    <p>${prose(operation.description ?? '')}</p>
    ${parameters.length === 0 ? html`` : part('Parameters', html`<dl>${parameters}</dl>`)}
    ${body === null ? html`` : part('Body', json(body))}
    <h3>Call</h3>
    <pre tabindex="0"><code>${callOf(operation, api, origin)}</code></pre>
    ${answer === null ? html`` : part('Answer', json(answer))}
    <details>
      <summary>Errors</summary>
      <table>
        <thead>
          <tr>
            <th>Status</th>
            <th>What</th>
            <th>What to do</th>
          </tr>
        </thead>
        <tbody>
          ${errorRows(operation)}
        </tbody>
      </table>
    </details>
  </section>`;
};

/** docsPage shows an API for people: what each operation does, needs, takes and answers. `origin` starts the example calls. */
export const docsPage = (api: ApiDescription, origin: string): Answer => {
  const { operations, page } = api;
  const links = operations.map(
    (operation) =>
      html`<li>
        <a href="#${anchorOf(operation)}"
          ><span>${operation.summary}</span><span class="price">${page.markOf(operation)}</span></a
        >
      </li>`,
  );
  return pageAnswer(
    'API reference – Vulngate',
    html`<div class="frame">
      <header>
        <h1>API reference</h1>
        <p class="soft">${page.lead} The same as a machine reads it: <a href="${page.documentPath}">OpenAPI 3.1</a>.</p>
      </header>
      <div class="columns">
        <nav aria-label="Operations">
          <h3>${page.listTitle}</h3>
          <ul>
            ${links}
          </ul>
        </nav>
        <main>
          ${operations.map((operation) => section(operation, api, origin))}
          <section class="card" id="errors">
            <h2>Failures</h2>
            <p>
              Every failure has the same shape. The correlation id is also in the <code>X-Correlation-ID</code> header
              and in the server’s log.
            </p>
            ${json(api.failure.example)}
          </section>
        </main>
      </div>
    </div>`,
  );
};

/** landingPage says what runs here and where to go next. */
export const landingPage = (origin: string): Answer =>
  pageAnswer(
    'Vulngate',
    html`<main class="frame narrow">
      <h1>Vulngate</h1>
      <p>
        A vulnerability-intelligence server runs here: CVE records with CVSS, EPSS and known exploitation, behind
        metered keys.
      </p>
      <div class="tiles">
        <a class="tile" href="/api/v1/docs"><strong>API reference</strong>Operations, prices, parameters, examples</a>
        <a class="tile" href="/api/v1/openapi.json"><strong>OpenAPI 3.1</strong>The same for generators and tools</a>
        <a class="tile" href="/api/v2/docs"><strong>OpenCVE API v2</strong>Operations for tokens of organisations</a>
        <a class="tile" href="/readyz"><strong>Readiness</strong>Whether ledger and catalogue answer</a>
      </div>
      <h3>First call</h3>
      <pre tabindex="0"><code>${`curl -H "X-API-Key: $CYBERFEED_API_KEY" \\\n  "${origin}/api/v1/ping"`}</code></pre>
      <p class="soft">
        No key yet? The operator of this server issues one with <code>vulngate credential issue</code>.
      </p>
    </main>`,
  );
