import { createHash } from 'node:crypto';
import type { Answer } from '../surface.ts';

/** Html is text that is safe to stand in a page. Build it with `html` only. */
export interface Html {
  readonly markup: string;
}

type Piece = string | number | Html | readonly Html[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const render = (piece: Piece): string => {
  if (typeof piece === 'string') return piece.replace(/[&<>"']/g, (character) => escapes[character] ?? '');
  if (typeof piece === 'number') return String(piece);
  return 'markup' in piece ? piece.markup : piece.map((one) => one.markup).join('');
};

/** html escapes every value put into it, except what is Html already. */
export const html = (texts: TemplateStringsArray, ...pieces: readonly Piece[]): Html => ({
  markup: texts.map((text, index) => text + render(pieces[index] ?? '')).join(''),
});

/** prose shows text in which `backticks` mark code. */
export const prose = (text: string): Html[] =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));

const style = `
:root{color-scheme:light dark;--paper:#fbfbfa;--ink:#1b1f24;--soft:#5b6470;--line:#e2e4e8;--card:#fff;--accent:#0b5cad;--mark:#eef4fb;--code:#f3f4f6;--get:#0a6b3d;--post:#8a4b00;--bad:#a3211b;--on:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#12151a;--ink:#e8eaed;--soft:#9aa4b1;--line:#2a3038;--card:#191d24;--accent:#79b8ff;--mark:#16263a;--code:#20252d;--get:#5fd39a;--post:#f0b366;--bad:#ff9a92;--on:#0d1117}}
*{box-sizing:border-box}html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
a{color:var(--accent);text-underline-offset:.2em}a:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:2px}
code,pre{font:.875em/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{background:var(--code);padding:.1em .35em;border-radius:4px}
pre{background:var(--code);border:1px solid var(--line);border-radius:8px;padding:1rem;overflow:auto;max-height:26rem;margin:.5rem 0 0}pre code{background:none;padding:0;font-size:1em}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 .5rem}h2{font-size:1.35rem;line-height:1.3;margin:0}header{margin-bottom:2rem}nav h3:first-child{margin-top:0}h3{font-size:.8rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);margin:1.5rem 0 .25rem}
p{margin:.5rem 0;max-width:68ch}.soft{color:var(--soft)}
.frame{max-width:1120px;margin:0 auto;padding:3rem 1.5rem 5rem}.narrow{max-width:760px}
.columns{display:grid;grid-template-columns:15rem minmax(0,1fr);gap:3rem;align-items:start}
nav{position:sticky;top:2rem;font-size:.925rem}nav ul,.plain{list-style:none;margin:0;padding:0}nav a{display:flex;justify-content:space-between;gap:1rem;padding:.3rem 0;text-decoration:none;color:var(--ink)}nav a:hover{color:var(--accent)}nav .price{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.5rem;margin:0 0 1.5rem;scroll-margin-top:1.5rem}
.line{display:flex;gap:1rem;align-items:baseline;justify-content:space-between}
.route{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:baseline;margin:.75rem 0}.route code{font-size:.95rem;min-width:0;overflow-wrap:anywhere}
.method{font:700 .75rem/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.04em;border:1px solid currentColor;border-radius:5px;padding:.05rem .45rem;color:var(--get)}.method.post{color:var(--post)}
.badge{background:var(--mark);color:var(--accent);border-radius:999px;padding:.1rem .75rem;font-size:.85rem;font-weight:600;white-space:nowrap}
dl{margin:0;border-top:1px solid var(--line)}dl>div{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:.25rem 1.5rem;padding:.65rem 0;border-bottom:1px solid var(--line)}dt{margin:0}dd{margin:0}dd .soft{font-size:.9rem}
table{border-collapse:collapse;width:100%;font-size:.95rem}th,td{text-align:left;padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);font-weight:600}
summary{cursor:pointer;color:var(--accent);margin-top:1rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem;margin:2rem 0}.tile{display:block;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem;text-decoration:none;color:var(--ink)}.tile:hover{border-color:var(--accent)}.tile strong{display:block;color:var(--accent)}
[hidden]{display:none!important}
button{font:inherit;font-weight:600;background:var(--accent);color:var(--on);border:0;border-radius:8px;padding:.6rem 1.25rem;cursor:pointer;margin:.5rem 0}button:hover{filter:brightness(1.1)}button:disabled{opacity:.55;cursor:default}button:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
.said{border-left:3px solid var(--line);padding:.15rem 0 .15rem 1rem;margin:1rem 0}.said.bad{border-color:var(--bad);color:var(--bad)}.said.good{border-color:var(--get);color:var(--get)}
pre.key{white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:820px){.frame{padding:2rem 1rem 4rem}.columns{grid-template-columns:minmax(0,1fr);gap:1.5rem}nav{position:static}.card{padding:1.1rem}dl>div{grid-template-columns:minmax(0,1fr)}h1{font-size:1.6rem}pre{font-size:.8rem;padding:.85rem}}
@media print{nav{display:none}.columns{grid-template-columns:minmax(0,1fr)}.card{break-inside:avoid}}
`;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
const styleHash = hashOf(style);

/** Nothing but what stands in the page itself; a script may call this server and nobody else. */
const policyOf = (script: string): string => {
  const scripts = script === '' ? '' : ` script-src 'sha256-${hashOf(script)}'; connect-src 'self';`;
  return `default-src 'none'; style-src 'sha256-${styleHash}';${scripts} base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
};

/** pageAnswer wraps a body in the one layout: self-contained, nothing fetched, no script but the one that is given. */
export const pageAnswer = (title: string, body: Html, script = ''): Answer => ({
  status: 200,
  headers: [
    'Content-Type',
    'text/html; charset=utf-8',
    'Content-Security-Policy',
    policyOf(script),
    'X-Content-Type-Options',
    'nosniff',
    'Referrer-Policy',
    'no-referrer',
    'Cache-Control',
    'no-cache',
  ],
  body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${render(title)}</title><style>${style}</style></head><body>${body.markup}${script === '' ? '' : `<script>${script}</script>`}</body></html>`,
});
