import { ManualClock, Secret, seededRandom, silentLog, type Actor, type AuditEntry } from '../kernel/index.ts';
import { openKeyring, type Keyring } from '../keyring/index.ts';
import type { Control } from '../storage/index.ts';
import { createAudit, type Audit } from './index.ts';

export const clerk: Actor = {
  kind: 'user',
  id: 'usr_clerk',
  name: 'clerk@example.org',
  address: '203.0.113.7',
  client: 'browser/1',
  correlationId: 'c-1',
};

/** entryOf is an entry by the clerk about a credential. */
export const entryOf = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: clerk,
  scope: { kind: 'project', id: '7' },
  action: 'credential.issued',
  object: { kind: 'credential', id: 'crd_1', name: 'deploy' },
  after: { name: 'deploy', scopes: { alerts: 'read' } },
  ...change,
});

export interface TestLog {
  readonly audit: Audit;
  readonly keyring: Keyring;
  readonly clock: ManualClock;
}

/** logOn opens an audit log with keys of its own. `seed`: logs of one database need seeds of their own. */
export const logOn = (
  control: Control,
  options: { readonly seed?: string; readonly checkpointEntries?: number; readonly clock?: ManualClock } = {},
): TestLog => {
  const { seed = 'audit', checkpointEntries = 1000, clock = new ManualClock() } = options;
  const random = seededRandom(seed);
  const keyring = openKeyring({ source: { source: 'pepper', value: new Secret(Buffer.alloc(32, 5)) }, random, clock });
  const audit = createAudit({
    control,
    clock,
    random,
    log: silentLog,
    keyring,
    checkpointEntries,
    checkpointMs: 60_000,
  });
  return { audit, keyring, clock };
};

/** exportOf is the exported log as lines. */
export const exportOf = async (audit: Audit, withPersonal = true): Promise<string[]> => {
  const lines: string[] = [];
  await audit.export(async (line) => void lines.push(line), { withPersonal });
  return lines;
};

export const linesOf = async function* (lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
};
