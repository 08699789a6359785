import { planNames, type HeldPlan } from '../../accounts/index.ts';
import { fail, operatorActor } from '../../kernel/index.ts';
import type { Parts } from '../../parts.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { instantText, readChoice, readInstant } from '../values.ts';
import { withParts } from '../with-parts.ts';

const statusNames = ['active', 'cancelled', 'past_due', 'expired'] as const;

const userIdOf = async ({ accounts }: Parts, email: string): Promise<string> => {
  const user = await accounts.users.findByEmail(email);
  if (user === null) throw fail('account.not_found', { message: `No user with the address ${email}` });
  return user.id;
};

const fieldsOf = (email: string, held: HeldPlan): Record<string, unknown> => ({
  user_id: held.userId,
  email,
  plan: held.plan,
  status: held.status,
  in_effect: held.inEffect.name,
  period_start: instantText(held.startedAtMs),
  period_end: instantText(held.periodEndMs),
  past_due_since: instantText(held.pastDueSinceMs),
  lapses_at: instantText(held.lapsesAtMs),
});

const set = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    email: { type: 'string' },
    plan: { type: 'string' },
    status: { type: 'string' },
    'period-start': { type: 'string' },
    'period-end': { type: 'string' },
  });
  const email = required('email', values.email);
  const start = values['period-start'];
  const end = values['period-end'];
  const change = {
    plan: readChoice('plan', required('plan', values.plan), planNames),
    ...(values.status === undefined ? {} : { status: readChoice('status', values.status, statusNames) }),
    ...(start === undefined ? {} : { periodStartMs: readInstant('period-start', start) }),
    ...(end === undefined ? {} : { periodEndMs: readInstant('period-end', end) }),
  };
  return withParts(context, async (parts) => {
    const userId = await userIdOf(parts, email);
    answer(context, fieldsOf(email, await parts.accounts.plans.set({ actor: operatorActor, userId, ...change })));
  });
};

const show = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { email: { type: 'string' } });
  const email = required('email', values.email);
  return withParts(context, async (parts) => {
    answer(context, fieldsOf(email, await parts.accounts.plans.get(await userIdOf(parts, email))));
  });
};

export const planCommand: Command = {
  name: 'plan',
  summary: 'show and change the plan of a person',
  usage: [
    `plan set --email E --plan ${planNames.join('|')} [--status ${statusNames.join('|')}] [--period-start ISO] [--period-end ISO]`,
    'plan show --email E',
    '',
    'period-end: when a cancelled plan ends; of an overdue one, since when the payment is overdue',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { set, show });
    return verb(context, rest);
  },
};
