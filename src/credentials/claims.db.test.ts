import { expect, test } from 'vitest';
import { createMailer } from '../mail/index.ts';
import { operatorActor, seededRandom, silentLog, systemActor, type Actor } from '../kernel/index.ts';
import { createQueue } from '../queue/index.ts';
import { inTransaction } from '../storage/index.ts';
import { nodeOn, subscriberOn } from '../../test/support/actors.ts';
import { eachEngine, type MakeDatabase } from '../../test/support/engines.ts';
import { createClaims } from './index.ts';

// Risk: a link in a mailbox gives the key away twice, for ever, or to whoever reads the database.

const opener: Actor = { ...systemActor, name: 'claim link', address: '203.0.113.9', client: 'browser/1' };
const hourMs = 3_600_000;
const name = 'First key';

const start = async (makeDatabase: MakeDatabase) => {
  const control = await makeDatabase();
  const node = await nodeOn(control);
  const { clock } = node;
  const queue = createQueue({ control, clock, random: seededRandom('queue'), log: silentLog });
  const config = { smtp: null, from: { name: '', address: 'vulngate@localhost' }, unaskedPerDay: 100 };
  const mailer = createMailer({ control, clock, log: silentLog, queue, config });
  const claims = createClaims({
    control,
    clock,
    random: seededRandom('claims'),
    audit: node.audit,
    mail: mailer,
    publicUrl: 'https://vulngate.example.org',
    issue: node.credentials.issue,
    contactsOf: node.accounts.contactsOf,
  });
  const { id: subscriptionId } = await subscriberOn(node);
  const claim = { actor: operatorActor, subscriptionId, name, email: 'ada@example.org' };
  const newest = async () => mailer.show((await mailer.list())[0]?.id ?? 0);
  const link = async (): Promise<string> => {
    await inTransaction(control.db, (tx) => claims.create(tx, claim));
    return /https:\S+/.exec((await newest()).text)?.[0] ?? '';
  };
  const tokenOf = (text: string): string => text.slice(text.indexOf('#') + 1);
  const actions = async () =>
    (await control.db.selectFrom('audit_entries').select('action').orderBy('seq').execute())
      .map(({ action }) => action)
      .filter((action) => action.startsWith('claim.') || action === 'credential.issued');
  return { control, node, clock, claims, claim, mailer, newest, link, tokenOf, actions };
};

eachEngine('a claim link', (makeDatabase) => {
  test('is mailed with the token behind the #, and gives the key of the subscription once', async () => {
    const { node, claims, claim, link, tokenOf, newest, actions } = await start(makeDatabase);
    const address = await link();
    expect(address).toMatch(/^https:\/\/vulngate\.example\.org\/claim#clm_[A-Za-z0-9]{16}\.[A-Za-z0-9_-]{43}$/);
    expect(await newest()).toMatchObject({ to: 'ada@example.org', state: 'local' });
    const key = await claims.open(tokenOf(address), opener);
    expect(key).toMatchObject({ family: 'subscription-key', ownerId: claim.subscriptionId, name });
    const verified = await node.credentials.verify({
      family: 'subscription-key',
      presented: key.presented,
      address: '203.0.113.9',
    });
    expect(verified).toMatchObject({ kind: 'verified' });
    expect(await actions()).toEqual(['claim.created', 'credential.issued', 'claim.opened']);
  });

  test('issues nothing the second time, raises the alarm, and mails the owner once a day', async () => {
    const { control, claims, link, tokenOf, mailer, actions } = await start(makeDatabase);
    const token = tokenOf(await link());
    await claims.open(token, opener);
    for (let again = 0; again < 25; again += 1) {
      await expect(claims.open(token, opener)).rejects.toMatchObject({ code: 'claim.refused' });
    }
    const [row] = await control.db.selectFrom('claims').selectAll().execute();
    expect(row?.openings).toBe(26);
    expect(await control.db.selectFrom('credentials').select('id').execute()).toHaveLength(1);
    expect((await actions()).filter((action) => action === 'claim.opened_again')).toHaveLength(19);
    const alarms = (await mailer.list()).filter(({ subject }) => subject.includes('opened again'));
    expect(alarms).toMatchObject([{ to: 'ada@example.org' }]);
  });

  test('gives one key to twenty who open it at once', async () => {
    const { control, claims, link, tokenOf } = await start(makeDatabase);
    const token = tokenOf(await link());
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => claims.open(token, opener)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await control.db.selectFrom('credentials').select('id').execute()).toHaveLength(1);
    expect(await control.db.selectFrom('claims').select('openings').execute()).toEqual([{ openings: 20 }]);
  });

  test('ends after 72 hours, when nobody took the key', async () => {
    const { clock, claims, link, tokenOf, actions } = await start(makeDatabase);
    const token = tokenOf(await link());
    clock.advance(72 * hourMs);
    await expect(claims.open(token, opener)).rejects.toMatchObject({ code: 'claim.refused' });
    expect(await actions()).toEqual(['claim.created']);
  });

  test('is refused when the token is wrong in any part, without a trace of an opening', async () => {
    const { control, claims, link, tokenOf } = await start(makeDatabase);
    const token = tokenOf(await link());
    const wrong = [
      '',
      'x',
      token.slice(0, -1),
      `${token}A`,
      token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      token.replace(/clm_./, (start) => (start === 'clm_A' ? 'clm_B' : 'clm_A')),
      token.replace('.', '#'),
    ];
    // The last character of base64url carries two bits that decode to nothing: the text is compared, not its bytes.
    for (const text of wrong) {
      await expect(claims.open(text, opener)).rejects.toMatchObject({ code: 'claim.refused' });
    }
    expect(await control.db.selectFrom('claims').select('openings').execute()).toEqual([{ openings: 0 }]);
  });

  test('leaves nothing in the database that opens it', async () => {
    const { control, link, tokenOf } = await start(makeDatabase);
    const secret = tokenOf(await link()).split('.')[1] ?? '';
    const tables = await Promise.all([
      control.db.selectFrom('claims').selectAll().execute(),
      control.db.selectFrom('audit_entries').selectAll().execute(),
      control.db.selectFrom('audit_personal').selectAll().execute(),
      control.db.selectFrom('jobs').selectAll().execute(),
    ]);
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(tables)).not.toContain(secret);
  });

  test('is made once for a subscription that never had a link or a key', async () => {
    const { control, claims, claim, node } = await start(makeDatabase);
    const first = () => inTransaction(control.db, (tx) => claims.createFirst(tx, claim));
    expect([await first(), await first()]).toEqual([true, false]);
    const other = await subscriberOn(node, {}, 'bob@example.org');
    await node.credentials.issue({ actor: operatorActor, family: 'subscription-key', ownerId: other.id, name });
    const again = { ...claim, subscriptionId: other.id };
    expect(await inTransaction(control.db, (tx) => claims.createFirst(tx, again))).toBe(false);
  });
});
