import { batchWire, cybersecfeedExamples, exampleMeta, parameterNotes, type Operation } from '../../contract/index.ts';
import { errorCatalogue } from '../../kernel/index.ts';
import type { Answer } from '../surface.ts';
import { html, pageAnswer, prose, type Html } from './page.ts';

const creditsOf = (operation: Operation): string => {
  const credits = operation.priceMillicredits / 1000;
  return credits === 0 ? 'free' : `${credits} credit${credits === 1 ? '' : 's'}`;
};

const anchorOf = (operation: Operation): string => operation.id.replaceAll('.', '-');

const json = (value: unknown): Html => html`<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>`;

const callOf = (operation: Operation, origin: string): string => {
  const path = operation.path.replace('{id}', 'CVE-2021-44228');
  const examples = Object.entries(operation.query?.shape ?? {}).flatMap(([name, schema]) => {
    const example = parameterNotes.get(schema)?.example;
    return example === undefined || name === 'fields' || name === 'include' ? [] : [`${name}=${example}`];
  });
  const query = examples.length === 0 ? '' : `?${examples.slice(0, 2).join('&')}`;
  const lines = [`curl -H "X-API-Key: $CYBERFEED_API_KEY" \\`];
  if (operation.body !== undefined)
    lines.push(`  -H "Content-Type: application/json" \\`, `  -d '${JSON.stringify(batchWire['example'])}' \\`);
  return [...lines, `  "${origin}${path}${query}"`].join('\n');
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

const section = (operation: Operation, origin: string): Html => {
  const parameters = parameterRows(operation);
  return html`<section class="card" id="${anchorOf(operation)}">
    <div class="line">
      <h2>${operation.summary}</h2>
      <span class="badge">${creditsOf(operation)}</span>
    </div>
    <div class="route">
      <span class="method ${operation.method.toLowerCase()}">${operation.method}</span><code>${operation.path}</code>
    </div>
    <p>${prose(operation.description ?? '')}</p>
    ${
      parameters.length === 0
        ? html``
        : html`<h3>Parameters</h3>
            <dl>${parameters}</dl>`
    }
    ${
      operation.body === undefined
        ? html``
        : html`<h3>Body</h3>
            ${json(batchWire['example'])}`
    }
    <h3>Call</h3>
    <pre tabindex="0"><code>${callOf(operation, origin)}</code></pre>
    <h3>Answer</h3>
    ${json({ data: cybersecfeedExamples[operation.id], meta: exampleMeta })}
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

/** docsPage shows the operations for people: what each does, costs, takes and answers. `origin` starts the example calls. */
export const docsPage = (operations: readonly Operation[], origin: string): Answer => {
  const links = operations.map(
    (operation) =>
      html`<li>
        <a href="#${anchorOf(operation)}"
          ><span>${operation.summary}</span><span class="price">${operation.priceMillicredits / 1000}</span></a
        >
      </li>`,
  );
  return pageAnswer(
    'API reference – Vulngate',
    html`<div class="frame">
      <header>
        <h1>API reference</h1>
        <p class="soft">
          Every request needs a subscription key in the <code>X-API-Key</code> header, over HTTPS, and costs its price
          in credits. Refused requests cost nothing; answers with status 304, 400 or 5xx are given back. The same as a
          machine reads it: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.
        </p>
      </header>
      <div class="columns">
        <nav aria-label="Operations">
          <h3>Operations and credits</h3>
          <ul>
            ${links}
          </ul>
        </nav>
        <main>
          ${operations.map((operation) => section(operation, origin))}
          <section class="card" id="errors">
            <h2>Failures</h2>
            <p>
              Every failure has the same shape. The correlation id is also in the <code>X-Correlation-ID</code> header
              and in the server’s log.
            </p>
            ${json({ error: { code: 'INVALID_PARAMETER', message: "Invalid value for parameter 'limit': must be an integer from 1 to 100", details: { parameter: 'limit', value: '101', constraint: 'must be an integer from 1 to 100' } }, meta: exampleMeta })}
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
        <a class="tile" href="/readyz"><strong>Readiness</strong>Whether ledger and catalogue answer</a>
      </div>
      <h3>First call</h3>
      <pre tabindex="0"><code>${`curl -H "X-API-Key: $CYBERFEED_API_KEY" \\\n  "${origin}/api/v1/ping"`}</code></pre>
      <p class="soft">
        No key yet? The operator of this server issues one with <code>vulngate credential issue</code>.
      </p>
    </main>`,
  );
