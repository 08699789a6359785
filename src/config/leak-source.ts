import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { LeaksConfig } from './sections.ts';
import type { OptionValues, Problem } from './values.ts';

const Keys = z.looseObject({
  public_keys: z.array(z.looseObject({ key_identifier: z.string().min(1), key: z.string() })),
});

const ecKey = (pem: string): KeyObject | null => {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ec' ? key : null;
  } catch {
    // The problem is named by the caller, with the option that it stands in.
    return null;
  }
};

/** leaksOf reads by what those who report found credentials prove themselves. */
export const leaksOf = (values: OptionValues, problems: Problem[]): LeaksConfig => {
  const githubKeys = new Map<string, KeyObject>();
  const fix = 'Give {"public_keys":[{"key_identifier":"…","key":"-----BEGIN PUBLIC KEY-----…"}]}.';
  const parsed = Keys.safeParse(values.githubLeakKeys ?? { public_keys: [] });
  const wrong = (problem: string): void => {
    problems.push({ name: 'VULNGATE_GITHUB_LEAK_KEYS', given: null, problem, fix });
  };
  if (!parsed.success) wrong('is not a list of public keys');
  for (const { key_identifier: id, key } of parsed.data?.public_keys ?? []) {
    const read = ecKey(key);
    if (read === null) wrong(`holds no ECDSA public key under ${JSON.stringify(id)}`);
    else githubKeys.set(id, read);
  }
  const gitlabToken = values.gitlabLeakToken;
  if (gitlabToken !== null && gitlabToken.reveal().length < 16) {
    const problem = 'is too short';
    problems.push({ name: 'VULNGATE_GITLAB_LEAK_TOKEN', given: null, problem, fix: 'Give at least 16 characters.' });
  }
  return { githubKeys, gitlabToken };
};
