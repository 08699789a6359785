import { randomAlphanumeric, type Random } from './random.ts';

/** The prefix of an id tells what it names: `usr_…` a user, `sub_…` a subscription, `crd_…` a credential. */
export type IdPrefix = 'usr' | 'sub' | 'crd' | 'org' | 'ses' | 'inv' | 'sir' | 'clm';

/** newId returns `<prefix>_` and 16 random letters or digits (95 bits). */
export const newId = (random: Random, prefix: IdPrefix): string => `${prefix}_${randomAlphanumeric(random, 16)}`;
