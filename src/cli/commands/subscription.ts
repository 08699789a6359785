import { operatorActor } from '../../kernel/index.ts';
import { openParts, type Parts } from '../../parts.ts';
import type { Subscription } from '../../accounts/index.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { instantText, readChoice, readCredits, readInstant } from '../values.ts';

const tierNames = ['free', 'plus', 'pro', 'business', 'enterprise'] as const;
const statusNames = ['active', 'cancelled', 'past_due', 'expired'] as const;

const show = async (context: CommandContext, parts: Parts, subscription: Subscription): Promise<void> => {
  const { terms } = subscription;
  const meter = await parts.admission.reading(subscription.id, terms, context.clock.nowMs());
  answer(context, {
    id: subscription.id,
    user_id: subscription.userId,
    plan: terms.planName,
    tier: subscription.tier,
    status: subscription.status,
    credits_limit: meter.limitMillicredits === null ? null : meter.limitMillicredits / 1000,
    credits_used: meter.usedMillicredits / 1000,
    reset_at: instantText(meter.resetAtMs),
    requests_per_minute: terms.rate?.limit ?? null,
    started_at: instantText(subscription.startedAtMs),
    period_end: instantText(subscription.periodEndMs),
    past_due_since: instantText(subscription.pastDueSinceMs),
  });
};

const create = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    email: { type: 'string' },
    tier: { type: 'string' },
    credits: { type: 'string' },
    start: { type: 'string' },
  });
  const input = {
    actor: operatorActor,
    email: required('email', values.email),
    tier: readChoice('tier', required('tier', values.tier), tierNames),
    ...(values.credits === undefined ? {} : { creditsMillicredits: readCredits('credits', values.credits) }),
    ...(values.start === undefined ? {} : { startMs: readInstant('start', values.start) }),
  };
  const parts = await openParts(context);
  try {
    await show(context, parts, await parts.accounts.subscriptions.create(input));
    return 0;
  } finally {
    await parts.close();
  }
};

const set = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    id: { type: 'string' },
    tier: { type: 'string' },
    status: { type: 'string' },
    'period-end': { type: 'string' },
    'credits-used': { type: 'string' },
  });
  const id = required('id', values.id);
  const periodEnd = values['period-end'];
  const used = values['credits-used'];
  const change = {
    ...(values.tier === undefined ? {} : { tier: readChoice('tier', values.tier, tierNames) }),
    ...(values.status === undefined ? {} : { status: readChoice('status', values.status, statusNames) }),
    ...(periodEnd === undefined ? {} : { periodEndMs: readInstant('period-end', periodEnd) }),
    ...(used === undefined ? {} : { usedMillicredits: readCredits('credits-used', used) }),
  };
  const parts = await openParts(context);
  try {
    await show(context, parts, await parts.accounts.subscriptions.set({ actor: operatorActor, id, ...change }));
    return 0;
  } finally {
    await parts.close();
  }
};

const showVerb = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { id: { type: 'string' } });
  const id = required('id', values.id);
  const parts = await openParts(context);
  try {
    await show(context, parts, await parts.accounts.subscriptions.get(id));
    return 0;
  } finally {
    await parts.close();
  }
};

export const subscriptionCommand: Command = {
  name: 'subscription',
  summary: 'create, show and change subscriptions: tier, status, credits',
  usage: [
    `subscription create --email E --tier ${tierNames.join('|')} [--credits N] [--start ISO]`,
    `subscription set --id N [--tier T] [--status ${statusNames.join('|')}] [--period-end ISO] [--credits-used N]`,
    'subscription show --id N',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { create, set, show: showVerb });
    return verb(context, rest);
  },
};
