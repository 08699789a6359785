import { catalogueChecks } from './catalogue-checks.ts';
import type { Check } from './check.ts';
import { controlChecks } from './control-checks.ts';
import { machineChecks } from './machine-checks.ts';

/** checks lists everything that doctor looks at, in the order in which it is shown. */
export const checks: readonly Check[] = [...machineChecks, ...controlChecks, ...catalogueChecks];
