import type { Answer } from '../surface.ts';
import { html, pageAnswer } from './page.ts';

/**
 * What both pages do: take the token out of the fragment, which no server and no log ever sees, and out of the address bar;
 * wait for a click, so that a mail scanner that opens the link uses nothing up; post it; show what came back as text.
 */
const script = (path: string, body: string, show: string): string => `
const token=location.hash.slice(1);history.replaceState(null,'',location.pathname);
const button=document.querySelector('button'),out=document.querySelector('output');
if(token===''){button.hidden=true;out.textContent='This link holds no token. Open it exactly as it was sent.'}
button.addEventListener('click',async()=>{
button.disabled=true;
try{
const answer=await fetch(${JSON.stringify(path)},{method:'POST',headers:{'Content-Type':'application/json'},body:JSON.stringify(${body})});
const value=await answer.json();
if(!answer.ok){out.textContent=value.error&&value.error.message||'That did not work.';return}
button.hidden=true;
${show}
}catch{button.disabled=false;out.textContent='The server did not answer. Try again.'}
});
`;

const claimScript = script(
  '/api/claim',
  '{token}',
  "out.textContent=value.credential;document.querySelector('.soft').textContent='Copy it now: it is not shown again.';",
);
const signInScript = script(
  '/api/auth/verify-code',
  "{request_id:token.split('.')[0],code:token.split('.')[1]||'',session:'cookie'}",
  "out.textContent='You are signed in.';",
);

/** claimPage shows the key behind a one-time claim link, after a click. */
export const claimPage = (): Answer =>
  pageAnswer(
    'Your key',
    html`<main class="frame narrow">
      <h1>Your key</h1>
      <p class="soft">The key is made when you ask for it, and is shown once.</p>
      <p><button type="button">Show my key</button></p>
      <pre tabindex="0"><output></output></pre>
      <noscript><p>This page needs JavaScript, so that the link’s token stays out of every log.</p></noscript>
    </main>`,
    claimScript,
  );

/** signInPage signs a browser in by a one-time link, after a click. */
export const signInPage = (): Answer =>
  pageAnswer(
    'Sign in',
    html`<main class="frame narrow">
      <h1>Sign in</h1>
      <p class="soft">The link works once.</p>
      <p><button type="button">Sign in</button></p>
      <p><output></output></p>
      <noscript><p>This page needs JavaScript, so that the link’s token stays out of every log.</p></noscript>
    </main>`,
    signInScript,
  );
