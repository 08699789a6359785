/** Risk: a leaked credential goes on working, a stranger's text ends a good one, or the report gives the secret away. */
import { expect, it } from 'vitest';
import { deskOn, owners, type CredentialDesk } from '../../test/support/credential-desk.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, systemActor, type Family } from '../kernel/index.ts';
import { organizationToken } from './formats/organization-token.ts';
import { systemRandom } from '../kernel/index.ts';

const address = '203.0.113.9';
const families: readonly Family[] = ['project-token', 'user-key', 'subscription-key', 'organization-token'];

const issueOn = async (desk: CredentialDesk, family: Family) =>
  desk.credentials.issue({
    actor: operatorActor,
    family,
    ownerId: await desk.own(owners[family]),
    name: `the ${family}`,
    ...(family === 'project-token' ? { scopes: { alerts: 'read' as const } } : {}),
  });

eachEngine('reports of leaks', (makeDatabase) => {
  it('revokes what is ours before it returns, in every family, and tells the owner where it was', async () => {
    const desk = await deskOn(await makeDatabase());
    const issued = [];
    for (const family of families) issued.push(await issueOn(desk, family));
    const stranger = organizationToken.mint(systemRandom).presented;
    const presented = [...issued.map((each) => each.presented), stranger, 'no credential', `${issued[0]?.presented}0`];
    const verdicts = await desk.credentials.reportLeaks(
      systemActor,
      presented.map((text) => ({ presented: text, url: `https://git.example/repo?text=${text}`, reporter: 'github' })),
    );
    expect(verdicts).toEqual([
      ...issued.map(({ id, family, masked }) => ({
        kind: 'ours',
        credentialId: id,
        family,
        masked,
        isNewlyRevoked: true,
      })),
      ...Array(3).fill({ kind: 'unknown' }),
    ]);
    for (const { family, presented: text, id } of issued) {
      expect(await desk.credentials.verify({ family, presented: text, address, fresh: true })).toEqual({
        kind: 'refused',
        code: 'credential.revoked',
        credentialId: id,
      });
    }
    await desk.credentials.settled();
    expect(desk.mails.map(({ to }) => to).toSorted()).toEqual(
      families.map((family) => `${owners[family]}@example.org`).toSorted(),
    );
    expect(desk.entries.filter(({ action }) => action === 'credential.leaked')).toHaveLength(4);
    expect(desk.entries.find(({ action }) => action === 'credential.leaked')?.after).toMatchObject({
      place: 'https://git.example/repo?text=***',
      reporter: 'github',
      newly_revoked: true,
    });
    const told = JSON.stringify([
      desk.entries,
      desk.mails,
      await desk.control.db.selectFrom('leaks').selectAll().execute(),
    ]);
    for (const { presented: text } of issued) expect(told).not.toContain(text);
  });

  it('moves the fence: what memory let in a moment ago is refused by the ledger', async () => {
    const desk = await deskOn(await makeDatabase());
    const { family, presented, ownerId } = await issueOn(desk, 'subscription-key');
    await desk.credentials.verify({ family, presented, address });
    const before = await desk.admission.fenceOf(desk.control.db, ownerId);
    await desk.credentials.reportLeaks(systemActor, [{ presented, url: 'x', reporter: 'gitlab' }]);
    expect(await desk.admission.fenceOf(desk.control.db, ownerId)).toBeGreaterThan(before ?? 0);
  });

  it('takes the same credential twice, and one that had ended, without a second mail', async () => {
    const desk = await deskOn(await makeDatabase());
    const { presented, id } = await issueOn(desk, 'user-key');
    const report = { presented: ` ${presented}\n`, url: 'a.txt:1', reporter: 'anonymous' };
    const first = await desk.credentials.reportLeaks(systemActor, [report, report]);
    expect(first.map((each) => each.kind === 'ours' && each.isNewlyRevoked)).toEqual([true, true]);
    const again = await desk.credentials.reportLeaks(systemActor, [report]);
    expect(again).toMatchObject([{ kind: 'ours', credentialId: id, isNewlyRevoked: false }]);
    expect(desk.mails).toHaveLength(1);
    const findings = await desk.credentials.findings(operatorActor, owners['user-key']);
    expect(findings[0]).toMatchObject({ kind: 'leaked', credentialId: id, detail: 'a.txt:1' });
  });

  it('does not let reports of the same owners in opposite order wait for each other', async () => {
    const desk = await deskOn(await makeDatabase());
    const issued = [];
    for (const family of families) issued.push(await issueOn(desk, family));
    const reports = issued.map(({ presented }) => ({ presented, url: 'x', reporter: 'github' }));
    const verdicts = await Promise.all([
      desk.credentials.reportLeaks(systemActor, reports),
      desk.credentials.reportLeaks(systemActor, reports.toReversed()),
    ]);
    const isNew = verdicts.flat().filter((each) => each.kind === 'ours' && each.isNewlyRevoked);
    expect(isNew).toHaveLength(4);
  });
});
