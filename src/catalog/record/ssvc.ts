import { isJsonObject, objectsOf, textOf, type JsonObject } from './json-value.ts';
import type { SsvcDecision } from './types.ts';

/**
 * ssvcOf reads the newest SSVC decision of the given containers, in the `options` form of CISA Vulnrichment or the newer
 * `selections` form. Letter case varies in the wild. Null when none states a known decision point.
 */
export const ssvcOf = (containers: readonly JsonObject[]): SsvcDecision | null => {
  let newest: SsvcDecision | null = null;
  for (const container of containers) {
    for (const metric of objectsOf(container['metrics'])) {
      const other = metric['other'];
      if (!isJsonObject(other) || other['type'] !== 'ssvc' || !isJsonObject(other['content'])) continue;
      const decision = decisionOf(other['content']);
      if (decision !== null && (newest === null || (decision.timestamp ?? '') > (newest.timestamp ?? ''))) newest = decision;
    }
  }
  return newest;
};

const decisionOf = (content: JsonObject): SsvcDecision | null => {
  const points = new Map<string, string>();
  for (const option of objectsOf(content['options'])) {
    for (const [name, value] of Object.entries(option)) {
      if (typeof value === 'string') points.set(name.toLowerCase(), value.toLowerCase());
    }
  }
  for (const selection of objectsOf(content['selections'])) {
    const name = textOf(selection['name']) ?? textOf(selection['key']);
    const chosen = objectsOf(selection['values'])[0];
    const value = chosen === undefined ? null : (textOf(chosen['name']) ?? textOf(chosen['key']));
    if (name !== null && value !== null) points.set(name.toLowerCase(), value.toLowerCase());
  }
  const exploitation = points.get('exploitation');
  const automatable = points.get('automatable');
  const impact = points.get('technical impact');
  const decision: SsvcDecision = {
    exploitation:
      exploitation === 'active' || exploitation === 'none'
        ? exploitation
        : exploitation === 'poc' || exploitation === 'public poc'
          ? 'poc'
          : null,
    automatable: automatable === 'yes' ? true : automatable === 'no' ? false : null,
    technicalImpact: impact === 'partial' || impact === 'total' ? impact : null,
    version: textOf(content['version']) ?? textOf(content['schemaVersion']),
    timestamp: textOf(content['timestamp']),
  };
  return decision.exploitation === null && decision.automatable === null && decision.technicalImpact === null ? null : decision;
};
