/**
 * Leak reports: where GitHub's and GitLab's secret scanning, and anybody who has found credentials, report them.
 *
 * It owns the wire of `/api/leaks`: the forms of both programmes, their proofs, and the limit for those without one. What is
 * ours and what follows is decided by the credentials module.
 *
 * Invariants: a reported text is never logged and stands in no answer but that of the signed report it came in; what is ours
 * is dead when the call returns; without a configured key or token a programme's report is refused.
 *
 * Fails with the codes that its operations list, as `{error: {code, message, help}}`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { LeaksConfig } from '../../config/index.ts';
import { GithubReportBody, GitlabReportBody, leakOperations, RevocationBody } from '../../contract/index.ts';
import { fail, type Actor, type Clock } from '../../kernel/index.ts';
import { createAddressLimit } from '../address-limit.ts';
import { codeEnvelope } from '../code-envelope.ts';
import { emptyAnswer, jsonAnswer, parseBody, parseReport } from '../json.ts';
import { strangerOf } from '../person.ts';
import type { Answer, Exchange, Surface } from '../surface.ts';
import { isSignedReport } from './signature.ts';

interface LeakReport {
  readonly presented: string;
  readonly url: string;
  readonly reporter: string;
}

/** What this surface needs of the credentials module. */
export interface LeakVerbs {
  reportLeaks(actor: Actor, reports: readonly LeakReport[]): Promise<readonly { readonly kind: 'unknown' | 'ours' }[]>;
}

export interface LeaksDeps {
  readonly clock: Clock;
  readonly config: LeaksConfig;
  readonly leaks: LeakVerbs;
}

const minuteMs = 60_000;
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** As GitLab names findings: the analyser's rule and its id. */
const gitlabTypes = ['project_token', 'user_key', 'subscription_key', 'organization_token'].map(
  (family) => `gitleaks_rule_id_vulngate_${family}`,
);

/** createLeaks builds the surface. */
export const createLeaks = ({ clock, config, leaks }: LeaksDeps): Surface => {
  const reports = createAddressLimit(clock, { limit: 120, windowMs: minuteMs });
  const revocations = createAddressLimit(clock, { limit: 10, windowMs: minuteMs });

  const fromGithub = async (exchange: Exchange): Promise<Answer> => {
    reports.take(exchange.address);
    const { headers } = exchange.request;
    const proof = {
      keyId: String(headers['github-public-key-identifier'] ?? ''),
      signature: String(headers['github-public-key-signature'] ?? ''),
    };
    if (!isSignedReport(config.githubKeys, proof, exchange.body ?? '')) throw fail('leak.unsigned');
    const found = parseReport(GithubReportBody, exchange.body);
    const verdicts = await leaks.reportLeaks(
      strangerOf(exchange, 'github'),
      found.map(({ token, url = '' }) => ({ presented: token, url, reporter: 'github' })),
    );
    return jsonAnswer(
      200,
      found.map(({ token, type = '' }, index) => ({
        token_raw: token,
        token_type: type,
        label: verdicts[index]?.kind === 'ours' ? 'true_positive' : 'false_positive',
      })),
    );
  };

  const requireGitlab = (exchange: Exchange): void => {
    reports.take(exchange.address);
    const given = (exchange.request.headers.authorization ?? '').replace(/^(?:Bearer|Token) +/i, '');
    const wanted = config.gitlabToken?.reveal() ?? null;
    if (wanted === null || !timingSafeEqual(digest(given), digest(wanted))) throw fail('leak.unsigned');
  };

  const fromGitlab = async (exchange: Exchange): Promise<Answer> => {
    requireGitlab(exchange);
    const found = parseReport(GitlabReportBody, exchange.body);
    await leaks.reportLeaks(
      strangerOf(exchange, 'gitlab'),
      found.map(({ token, location = '' }) => ({ presented: token, url: location, reporter: 'gitlab' })),
    );
    return emptyAnswer();
  };

  const fromAnybody = async (exchange: Exchange): Promise<Answer> => {
    revocations.take(exchange.address);
    const { credentials } = parseBody(RevocationBody, exchange.body);
    await leaks.reportLeaks(
      strangerOf(exchange, 'anonymous'),
      credentials.map((presented) => ({ presented, url: '', reporter: 'anonymous' })),
    );
    // The same whatever was real: the answer must not be a way to try secrets.
    return jsonAnswer(202, { accepted: credentials.length });
  };

  return {
    name: 'leaks',
    prefixes: ['/api/leaks'],
    operations: leakOperations,
    handlers: {
      'leaks.github.report': fromGithub,
      'leaks.gitlab.types': (exchange) => {
        requireGitlab(exchange);
        return jsonAnswer(200, { types: gitlabTypes });
      },
      'leaks.gitlab.report': fromGitlab,
      'leaks.credentials.revoke': fromAnybody,
    },
    present: () => ({ kind: 'none' }),
    fail: codeEnvelope(null),
  };
};
