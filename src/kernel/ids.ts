import { randomAlphanumeric, type Random } from './random.ts';

/** The prefix of an id tells what it names: `usr_…` a user, `sub_…` a subscription, `crd_…` a credential. */
export type IdPrefix = 'usr' | 'sub' | 'crd' | 'org' | 'ses' | 'inv' | 'sir' | 'clm';

/** newId returns `<prefix>_` and 16 random letters or digits (95 bits). */
export const newId = (random: Random, prefix: IdPrefix): string => `${prefix}_${randomAlphanumeric(random, 16)}`;

/** newUuid draws a UUID (version 4): 122 random bits. */
export const newUuid = (random: Random): string => {
  const bytes = random.bytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
