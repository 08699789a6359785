import type { Db } from '../engine.ts';

/** A ledger row for every person: until now only subscriptions could own credentials. */
export const userMeters = async (db: Db): Promise<void> => {
  await db
    .insertInto('meters')
    .columns([
      'owner_id',
      'fence',
      'version',
      'anchor_ms',
      'period_start_ms',
      'period_end_ms',
      'used_millicredits',
      'charged_total_millicredits',
      'requests_total',
      'recent',
    ])
    .expression((expression) =>
      expression
        .selectFrom('users')
        .select((row) => [
          'id as owner_id',
          row.lit(1).as('fence'),
          row.lit(1).as('version'),
          row.lit(0).as('anchor_ms'),
          row.lit(0).as('period_start_ms'),
          row.lit(0).as('period_end_ms'),
          row.lit(0).as('used_millicredits'),
          row.lit(0).as('charged_total_millicredits'),
          row.lit(0).as('requests_total'),
          row.val('').as('recent'),
        ])
        .where('id', 'not in', (row) => row.selectFrom('meters').select('owner_id')),
    )
    .execute();
};
