import type { Answer } from '../surface.ts';
import { html, pageAnswer } from './page.ts';

/**
 * What these pages do: take the token out of the fragment, which no server and no log ever sees, and out of the address bar;
 * wait for a click, so that a mail scanner that opens the link uses nothing up; post it; show what came back as text. What
 * may work a second time leaves the button, what never will takes it away.
 */
const script = (path: string, body: string, show: string): string => `
const token=location.hash.slice(1);history.replaceState(null,'',location.pathname);
const button=document.querySelector('#act'),lead=document.querySelector('#lead'),said=document.querySelector('#said');
const tell=(text,kind)=>{said.textContent=text;said.className='said '+kind;said.hidden=false};
const end=()=>{button.parentElement.hidden=true};
if(!/^[^.]+\\.[^.]+$/.test(token)){end();lead.hidden=true;tell('This link is not complete. Open it exactly as it was sent.','bad')}
button.addEventListener('click',async()=>{
button.disabled=true;said.hidden=true;
try{
const answer=await fetch(${JSON.stringify(path)},{method:'POST',headers:{'Content-Type':'application/json'},body:JSON.stringify(${body})});
const value=await answer.json();
if(!answer.ok){
const error=value.error||{};
tell([error.message,error.help].filter(Boolean).map(text=>text.replace(/\\.?$/,'.')).join(' ')||'That did not work.','bad');
if(answer.status===429||answer.status>=500)button.disabled=false;else{end();lead.hidden=true}
return}
end();
${show}
}catch{button.disabled=false;tell('The server did not answer. Try again.','bad')}
});
`;

const claimScript = script(
  '/api/claim',
  '{token}',
  `lead.textContent='Copy the key to a safe place now: it is not shown again.';
document.querySelector('#key').textContent=value.credential;document.querySelector('#shown').hidden=false;
const copy=document.querySelector('#copy');
if(navigator.clipboard)copy.addEventListener('click',async()=>{
try{await navigator.clipboard.writeText(value.credential);copy.textContent='Copied'}catch{copy.hidden=true}});
else copy.hidden=true`,
);
const signInScript = script(
  '/api/auth/verify-code',
  "{request_id:token.split('.')[0],code:token.split('.')[1]||'',session:'cookie'}",
  "lead.hidden=true;tell('You are signed in. This page can be closed.','good')",
);

const confirmationScript = script(
  '/api/notifications/confirm',
  '{token}',
  "lead.hidden=true;tell('Thank you: notifications are sent to this address from now on. This page can be closed.','good')",
);

const withoutScript = html`<noscript
  ><p class="said bad">This page needs JavaScript, so that the link’s token stays out of every log.</p></noscript
>`;

/** claimPage shows the key behind a one-time claim link, after a click. */
export const claimPage = (): Answer =>
  pageAnswer(
    'Your key – Vulngate',
    html`<main class="frame narrow">
      <h1>Your key</h1>
      <p class="soft" id="lead">The key is made when you ask for it, and is shown once.</p>
      <p><button type="button" id="act">Show my key</button></p>
      <p id="said" role="status" hidden></p>
      <div id="shown" hidden>
        <pre tabindex="0" class="key"><code id="key"></code></pre>
        <p><button type="button" id="copy">Copy</button></p>
        <h3>Use it</h3>
        <p>
          Send it in the <code>X-API-Key</code> header of every request. The
          <a href="/api/v1/docs">API reference</a> lists the operations.
        </p>
      </div>
      ${withoutScript}
    </main>`,
    claimScript,
  );

/** signInPage signs a browser in by a one-time link, after a click. */
export const signInPage = (): Answer =>
  pageAnswer(
    'Sign in – Vulngate',
    html`<main class="frame narrow">
      <h1>Sign in</h1>
      <p class="soft" id="lead">The link works once, and signs in this browser.</p>
      <p><button type="button" id="act">Sign in</button></p>
      <p id="said" role="status" hidden></p>
      ${withoutScript}
    </main>`,
    signInScript,
  );

/** confirmationPage switches a notification to an e-mail address on, after a click. */
export const confirmationPage = (): Answer =>
  pageAnswer(
    'Confirm your address – Vulngate',
    html`<main class="frame narrow">
      <h1>Confirm your address</h1>
      <p class="soft" id="lead">Nothing is sent to this address before you agree.</p>
      <p><button type="button" id="act">Send me these notifications</button></p>
      <p id="said" role="status" hidden></p>
      ${withoutScript}
    </main>`,
    confirmationScript,
  );
