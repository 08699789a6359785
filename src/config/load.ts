import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { fail } from '../kernel/index.ts';
import { billingOf } from './billing-source.ts';
import { mailOf } from './mail-source.ts';
import type { Option } from './option.ts';
import { keyringOf } from './keyring-source.ts';
import { leaksOf } from './leak-source.ts';
import { options, type OptionKey } from './options.ts';
import { applyPlanChanges, type Plans } from './plans.ts';
import type { AccountsConfig, Config, DatabaseConfig, TlsConfig } from './sections.ts';
import { applyTierChanges } from './tiers.ts';
import {
  missingFileProblem,
  nearestName,
  parseValue,
  type OptionTexts,
  type OptionValues,
  type Problem,
} from './values.ts';

export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of a file of NAME=value lines; the environment goes before it. */
  readonly file?: string;
  /** Values of the command line; they go before everything else. */
  readonly overrides?: OptionTexts;
}

/** processEnvironment is the one place that reads the environment of the process. */
export const processEnvironment = (): ConfigSources['env'] => process.env;

/**
 * loadConfig reads every option from its sources and returns the configuration.
 * @throws `config.invalid` that names every problem at once; `detail.problems` holds them as `Problem[]`.
 */
export const loadConfig = (sources: ConfigSources): Config => {
  const problems: Problem[] = [];
  const given = { ...fileValues(sources.file, problems), ...definedOnly(sources.env) };
  const warnings = unknownNames(given);
  const values: Partial<Record<OptionKey, unknown>> = {};
  for (const option of options) {
    values[option.key] = readOption(option, sources.overrides?.[option.key], given, problems);
  }
  return assemble(complete(values), given, warnings, problems);
};

/**
 * optionProblem says what is wrong with a value for an option, or null: for programs that must know it before
 * everything else is read.
 */
export const optionProblem = (key: OptionKey, text: string): string | null => {
  const option = options.find((each) => each.key === key);
  const outcome = option === undefined ? null : parseValue(option, text);
  return outcome === null || outcome.ok ? null : `${outcome.problem}. ${outcome.fix}`;
};

/** testConfig is the configuration of an empty environment with the given values, as text, laid over it. */
export const testConfig = (overrides: OptionTexts = {}): Config => loadConfig({ env: {}, overrides });

// The loop over the table gave every key a value of its own kind, which the compiler cannot follow.
const complete = (values: Partial<Record<OptionKey, unknown>>): OptionValues => values as OptionValues;

const fileValues = (path: string | undefined, problems: Problem[]): Record<string, string> => {
  if (path === undefined) return {};
  try {
    return definedOnly(parseEnv(readFileSync(path, 'utf8')));
  } catch (error) {
    problems.push({
      name: 'configuration file',
      given: path,
      problem: `cannot be read (${reason(error)})`,
      fix: 'Correct the path or its rights.',
    });
    return {};
  }
};

const definedOnly = (env: ConfigSources['env']): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '' && name.startsWith('VULNGATE_')) kept[name] = value;
  }
  return kept;
};

const knownNames: readonly string[] = options.flatMap((option) =>
  option.kind === 'secret' ? [option.env, `${option.env}_FILE`] : [option.env],
);

const unknownNames = (given: Readonly<Record<string, string>>): string[] =>
  Object.keys(given)
    .filter((name) => !knownNames.includes(name) && !name.startsWith('VULNGATE_TEST_'))
    .map((name) => {
      const near = nearestName(name, knownNames);
      return `${name} is not an option${near === null ? '' : `; did you mean ${near}?`}`;
    });

const readOption = (
  option: Option,
  override: string | undefined,
  given: Readonly<Record<string, string>>,
  problems: Problem[],
): unknown => {
  const text = override ?? secretText(option, given, problems) ?? given[option.env] ?? option.default;
  if (text === null) return null;
  const outcome = parseValue(option, text);
  if (outcome.ok) return outcome.value;
  problems.push({
    name: option.env,
    given: option.kind === 'secret' ? null : text,
    problem: outcome.problem,
    fix: outcome.fix,
  });
  // The default stands in, so that what depends on several options is checked all the same and reported with it.
  const standIn = option.default === null ? null : parseValue(option, option.default);
  return standIn?.ok === true ? standIn.value : null;
};

const secretText = (
  option: Option,
  given: Readonly<Record<string, string>>,
  problems: Problem[],
): string | undefined => {
  const name = `${option.env}_FILE`;
  const path = given[name];
  if (option.kind !== 'secret' || path === undefined) return undefined;
  if (given[option.env] !== undefined) {
    problems.push({ name, given: path, problem: `is given together with ${option.env}`, fix: 'Give one of the two.' });
    return undefined;
  }
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (text !== '') return text;
    problems.push({
      name,
      given: path,
      problem: 'names an empty file',
      fix: 'Put the secret into it, or leave the option out.',
    });
  } catch (error) {
    problems.push({
      name,
      given: path,
      problem: `cannot be read (${reason(error)})`,
      fix: 'Correct the path or its rights.',
    });
  }
  return undefined;
};

const assemble = (
  values: OptionValues,
  given: Readonly<Record<string, string>>,
  warnings: string[],
  problems: Problem[],
): Config => {
  const tiers = applyTierChanges(values.subscriptionTiers);
  if (!tiers.ok) {
    const fix = 'Correct the named fields; see docs/configuration.md for the shape.';
    problems.push({ name: 'VULNGATE_SUBSCRIPTION_TIERS', given: null, problem: tiers.issues.join('; '), fix });
  }
  const plans = applyPlanChanges(values.plans);
  if (!plans.ok) {
    const fix = 'Correct the named fields; see docs/configuration.md for the shape.';
    problems.push({ name: 'VULNGATE_PLANS', given: null, problem: plans.issues.join('; '), fix });
  }
  const tls = tlsOf(values, problems);
  const keyring = keyringOf(values, problems);
  const mail = mailOf(values, problems);
  const billing = billingOf(values, problems);
  const leaks = leaksOf(values, problems);
  const database = databaseOf(values, problems);
  if (values.metricsToken !== null && values.metricsToken.reveal().length < 16) {
    problems.push({
      name: 'VULNGATE_METRICS_TOKEN',
      given: null,
      problem: 'is too short',
      fix: 'Give at least 16 characters.',
    });
  }
  if (!values.feedCveRecord.includes('{id}')) {
    problems.push({
      name: 'VULNGATE_FEED_CVE_RECORD',
      given: values.feedCveRecord,
      problem: 'has no {id}',
      fix: 'Put {id} where the CVE id belongs.',
    });
  }
  if (problems.length > 0 || !tiers.ok || !plans.ok) throw invalid(problems);
  if (database.engine === 'sqlite' && given['VULNGATE_DATABASE_POOL'] !== undefined) {
    warnings.push('VULNGATE_DATABASE_POOL has no effect without VULNGATE_DATABASE_URL');
  }
  const at = (name: string): string => join(values.data, name);
  return {
    dataFolder: values.data,
    server: {
      host: values.host,
      port: values.port,
      opencvePageSize: values.opencvePageSize,
      opencveConditions: values.opencveConditions,
      publicUrl: values.publicUrl?.replace(/\/+$/, '') ?? null,
      tls,
      trustedProxies: values.trustedProxies,
      bodyBytesMax: values.bodyLimit,
      shutdownMs: values.shutdownSeconds * 1000,
      metricsToken: values.metricsToken,
    },
    database,
    catalogue: {
      databasePath: at('catalog.db'),
      feedFolder: at('feeds'),
      tempFolder: at('tmp'),
      feeds: {
        cveList: values.feedCveList,
        cveDeltaLog: values.feedCveDeltaLog,
        cveRecord: values.feedCveRecord,
        kev: values.feedKev,
        epss: values.feedEpss,
      },
      schedule: values.sync === 0 ? { mode: 'off' } : { mode: 'every', hours: values.sync },
    },
    accounts: accountsOf(values, plans.plans),
    mail,
    billing,
    leaks,
    keyring,
    audit: {
      checkpointEntries: values.auditCheckpointEntries,
      checkpointMs: values.auditCheckpointMinutes * 60_000,
    },
    admission: {
      tiers: tiers.tiers,
      graceMs: values.graceHours * 3_600_000,
      usageDetailMs: values.usageDetailDays * 86_400_000,
    },
    outbound: { allow: values.outboundAllow },
    log: { level: values.logLevel },
    warnings,
  };
};

const accountsOf = (values: OptionValues, plans: Plans): AccountsConfig => ({
  administrator: values.administrator,
  plans,
  session: { idleMs: values.sessionIdleHours * 3_600_000, absoluteMs: values.sessionHours * 3_600_000 },
  signInMailsPerHour: values.signInMails,
  isBasicEnabled: values.basicAuthentication === 'on',
  breachListPath: values.breachList,
  invitationMs: values.invitationDays * 86_400_000,
  organizationRate:
    values.organizationRateLimit === null ? null : { limit: values.organizationRateLimit, windowMs: 60_000 },
});

const tlsOf = (values: OptionValues, problems: Problem[]): TlsConfig => {
  const { tlsCert, tlsKey } = values;
  if (tlsCert === null && tlsKey === null) return { mode: 'none' };
  if (tlsCert === null || tlsKey === null) {
    const [present, absent] =
      tlsCert === null ? ['VULNGATE_TLS_KEY', 'VULNGATE_TLS_CERT'] : ['VULNGATE_TLS_CERT', 'VULNGATE_TLS_KEY'];
    problems.push({
      name: absent,
      given: null,
      problem: `is missing while ${present} is given`,
      fix: 'Give both or none.',
    });
    return { mode: 'none' };
  }
  for (const problem of [
    missingFileProblem('VULNGATE_TLS_CERT', tlsCert),
    missingFileProblem('VULNGATE_TLS_KEY', tlsKey),
  ]) {
    if (problem !== null) problems.push(problem);
  }
  return { mode: 'files', cert: tlsCert, key: tlsKey };
};

const databaseOf = (values: OptionValues, problems: Problem[]): DatabaseConfig => {
  const durability = values.durability;
  if (values.databaseUrl === null) return { engine: 'sqlite', path: join(values.data, 'control.db'), durability };
  if (!/^postgres(?:ql)?:\/\//.test(values.databaseUrl.reveal())) {
    const fix = 'Give postgres://user:password@host:port/database.';
    problems.push({ name: 'VULNGATE_DATABASE_URL', given: null, problem: 'is not a PostgreSQL address', fix });
  }
  return { engine: 'postgres', url: values.databaseUrl, poolSize: values.databasePool, durability };
};

const invalid = (problems: readonly Problem[]): Error => {
  const lines = problems.map(
    (each) =>
      `  ${each.name}${each.given === null ? '' : ` = ${JSON.stringify(each.given)}`} ${each.problem}. ${each.fix}`,
  );
  return fail('config.invalid', { message: `Bad configuration:\n${lines.join('\n')}`, detail: { problems } });
};

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
