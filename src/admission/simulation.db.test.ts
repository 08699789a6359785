/**
 * Risk: some order of charges, refunds, corrections, changes of plan and time, on two nodes, that no other test thought
 * of. A random run is compared step by step with a small model. VULNGATE_TEST_SEED repeats a run, and
 * VULNGATE_TEST_STEPS makes it longer.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentedTiers, processEnvironment, type SubscriptionTierName } from '../config/index.ts';
import { ManualClock, operatorActor, seededRandom } from '../kernel/index.ts';
import {
  holderOn,
  nodeOn,
  requestOf,
  secondNodeOn,
  verifiedOn,
  type Holder,
  type Node,
} from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { isRefunded } from './meter.ts';

const environment = processEnvironment();
const seed = environment['VULNGATE_TEST_SEED'] ?? String(randomInt(1_000_000_000));
const steps = Number(environment['VULNGATE_TEST_STEPS'] ?? 250);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const windowMs = 60_000;
const anchorMs = Date.UTC(2025, 5, 10, 12);

const small = (name: SubscriptionTierName, credits: number | null, limit: number | null) => ({
  ...documentedTiers[name],
  creditsMillicredits: credits === null ? null : credits * 1000,
  rate: limit === null ? null : { limit, windowMs },
});
const tiers = {
  free: small('free', 8, 5),
  plus: small('plus', 30, null),
  pro: small('pro', 3, 2),
  business: small('business', 100, 40),
  enterprise: small('enterprise', null, null),
};
const tierNames = ['free', 'plus', 'pro', 'business', 'enterprise'] as const;

/** What an owner has done, kept as lists of facts; every answer is worked out from them anew. */
class ModelOwner {
  tier: SubscriptionTierName = 'plus';
  readonly charges: { atMs: number; millicredits: number }[] = [];
  countedMs: number[] = [];
  requests = 0;

  static periodStart(nowMs: number): number {
    const now = new Date(nowMs);
    const thisMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 10, 12);
    return nowMs >= thisMonth ? thisMonth : Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 10, 12);
  }

  used(nowMs: number): number {
    const startMs = ModelOwner.periodStart(nowMs);
    let used = 0;
    for (const charge of this.charges) if (charge.atMs >= startMs) used += charge.millicredits;
    return used;
  }

  ask(nowMs: number, price: number, counted: boolean): string {
    const { creditsMillicredits: credits, rate } = tiers[this.tier];
    const inWindow = this.countedMs.filter((time) => time > nowMs - windowMs).length;
    if (rate !== null && counted && inWindow >= rate.limit) return 'admission.rate_limited';
    if (credits !== null && price > 0 && this.used(nowMs) + price > credits) return 'admission.credits_exhausted';
    this.requests += 1;
    if (rate !== null && counted) this.countedMs.push(nowMs);
    return 'admitted';
  }
}

interface Open {
  readonly usageId: number;
  readonly charge: { readonly atMs: number; millicredits: number };
  readonly node: Node;
}

eachEngine('simulation', (makeDatabase) => {
  let nodes: readonly [Node, Node];
  beforeAll(async () => {
    const database = await makeDatabase();
    const first = await nodeOn(database, { tiers, clock: new ManualClock(Date.UTC(2026, 0, 9)), seed });
    nodes = [first, await secondNodeOn(database, first, { tiers, seed: `${seed} second` })];
  });
  afterAll(async () => {
    await nodes[1].close();
    await nodes[0].close();
  });

  test(`${steps} random steps answer as the model does (seed ${seed})`, { timeout: 600_000 }, async () => {
    const random = seededRandom(seed);
    const draw = (below: number): number => random.bytes(4).readUInt32BE() % below;
    const pick = <Item>(items: readonly Item[]): Item => {
      const item = items[draw(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    };
    const { clock } = nodes[0];
    const actors: { holder: Holder; verified: Holder['verified']; model: ModelOwner; open: Open[] }[] = [];
    for (let count = 0; count < 3; count += 1) {
      const holder = await holderOn(nodes[0], { tier: 'plus', startMs: anchorMs });
      actors.push({ holder, verified: holder.verified, model: new ModelOwner(), open: [] });
    }
    type Actor = (typeof actors)[number];

    const ask = async (actor: Actor): Promise<void> => {
      const node = pick(nodes);
      const wanted = Array.from({ length: 1 + draw(8) }, () => ({
        priceMillicredits: pick([0, 500, 1000, 1000, 3000]),
        counted: draw(4) > 0,
        status: pick([null, null, 200, 304, 500]),
      }));
      const outcomes = await Promise.all(
        wanted.map(({ status, ...each }) => {
          const answer = () => (status === null ? null : { status, latencyMicroseconds: 1 });
          return node.admission.admit(requestOf(actor.verified, { ...each, answer }));
        }),
      );
      for (const [index, outcome] of outcomes.entries()) {
        const { priceMillicredits = 0, counted = false, status = null } = wanted[index] ?? {};
        const expected = actor.model.ask(clock.nowMs(), priceMillicredits, counted);
        expect(outcome.kind === 'refused' ? outcome.code : outcome.kind).toBe(expected);
        if (outcome.kind !== 'admitted') continue;
        expect(outcome.hasEnded).toBe(status !== null);
        const isGivenBack = status !== null && isRefunded(status);
        const charge = { atMs: clock.nowMs(), millicredits: isGivenBack ? 0 : priceMillicredits };
        actor.model.charges.push(charge);
        if (status === null) actor.open.push({ usageId: outcome.usageId, charge, node });
      }
    };

    const settle = async (actor: Actor): Promise<void> => {
      const ending = actor.open.splice(draw(Math.max(1, actor.open.length)), 1)[0];
      if (ending === undefined) return;
      const status = pick([200, 200, 304, 400, 404, 500]);
      const settled = ending.node.admission.settle({
        usageId: ending.usageId,
        status,
        latencyMicroseconds: draw(5000),
      });
      clock.advance(25);
      await settled;
      // A correction may have lowered the used credits since; a refund then gives no more than is used.
      if (!isRefunded(status)) return;
      const isCurrent = ending.charge.atMs >= ModelOwner.periodStart(clock.nowMs());
      const left = isCurrent ? Math.min(ending.charge.millicredits, actor.model.used(clock.nowMs())) : 0;
      const kept = isCurrent ? ending.charge.millicredits - left : 0;
      ending.charge.millicredits = kept;
    };

    const renewed = async (actor: Actor): Promise<void> => {
      expect(await pick(nodes).admission.admit(requestOf(actor.verified))).toEqual({ kind: 'stale' });
      actor.verified = await verifiedOn(pick(nodes), actor.holder.presented);
    };

    const correct = async (actor: Actor): Promise<void> => {
      const usedMillicredits = draw(9) * 1000;
      const delta = usedMillicredits - actor.model.used(clock.nowMs());
      await pick(nodes).accounts.subscriptions.set({
        actor: operatorActor,
        id: actor.holder.subscription.id,
        usedMillicredits,
      });
      actor.model.charges.push({ atMs: clock.nowMs(), millicredits: delta });
      actor.model.requests += 1;
      await renewed(actor);
    };

    const replan = async (actor: Actor): Promise<void> => {
      actor.model.tier = pick(tierNames);
      await pick(nodes).accounts.subscriptions.set({
        actor: operatorActor,
        id: actor.holder.subscription.id,
        tier: actor.model.tier,
      });
      await renewed(actor);
    };

    const compact = async (ageMs: number): Promise<void> => {
      const beforeMs = clock.nowMs() - ageMs;
      await pick(nodes).admission.compact(beforeMs);
      // Endings whose rows became hourly figures come too late: their charges stay.
      const lostMs = Math.min(beforeMs, clock.nowMs() - hourMs);
      for (const each of actors) each.open = each.open.filter(({ charge }) => charge.atMs >= lostMs);
    };

    for (let step = 0; step < steps; step += 1) {
      const actor = pick(actors);
      const dice = draw(100);
      if (dice < 45) await ask(actor);
      else if (dice < 65) await settle(actor);
      else if (dice < 85) clock.advance(pick([1, 999, 20_000, 40_000, 59_999, 60_000]));
      else if (dice < 88) clock.advance(pick([dayMs, 9 * dayMs, 30 * dayMs]));
      else if (dice < 92) await correct(actor);
      else if (dice < 97) await replan(actor);
      else await compact(pick([0, dayMs]));
      const { id } = actor.holder.subscription;
      const terms = actor.verified.terms;
      const reading = await pick(nodes).admission.reading(id, terms, clock.nowMs());
      expect(reading.usedMillicredits, `step ${step} of seed ${seed}`).toBe(actor.model.used(clock.nowMs()));
      if (step % 10 === 0) expect(await pick(nodes).admission.discrepancies()).toEqual([]);
    }
    expect(await nodes[0].admission.discrepancies()).toEqual([]);
    for (const { holder, model } of actors) {
      const { requests_total: total } = await nodes[0].control.db
        .selectFrom('meters')
        .select('requests_total')
        .where('owner_id', '=', holder.subscription.id)
        .executeTakeFirstOrThrow();
      expect(total).toBe(model.requests);
    }
  });
});
