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
      if (decision !== null && (newest === null || (decision.timestamp ?? '') > (newest.timestamp ?? '')))
        newest = decision;
    }
  }
  return newest;
};

const decisionOf = (content: JsonObject): SsvcDecision | null => {
  const points = pointsOf(content);
  const automatable = points.get('automatable');
  const impact = points.get('technical impact');
  const decision: SsvcDecision = {
    exploitation: exploitationOf(points.get('exploitation')),
    automatable: automatable === 'yes' ? true : automatable === 'no' ? false : null,
    technicalImpact: impact === 'partial' || impact === 'total' ? impact : null,
    version: textOf(content['version']) ?? textOf(content['schemaVersion']),
    timestamp: textOf(content['timestamp']),
  };
  return decision.exploitation === null && decision.automatable === null && decision.technicalImpact === null
    ? null
    : decision;
};

/** Decision points by their lower-case names, with lower-case values, from either form. */
const pointsOf = (content: JsonObject): ReadonlyMap<string, string> => {
  const points = new Map<string, string>();
  for (const option of objectsOf(content['options'])) {
    for (const [name, value] of Object.entries(option)) {
      if (typeof value === 'string') points.set(name.toLowerCase(), value.toLowerCase());
    }
  }
  for (const selection of objectsOf(content['selections'])) {
    const name = labelOf(selection);
    const value = labelOf(objectsOf(selection['values'])[0]);
    if (name !== null && value !== null) points.set(name.toLowerCase(), value.toLowerCase());
  }
  return points;
};

const labelOf = (item: JsonObject | undefined): string | null => textOf(item?.['name']) ?? textOf(item?.['key']);

const exploitationOf = (value: string | undefined): SsvcDecision['exploitation'] => {
  if (value === 'active' || value === 'none') return value;
  return value === 'poc' || value === 'public poc' ? 'poc' : null;
};
