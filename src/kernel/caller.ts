/** The families of credentials; each has its own wire format and owner. */
export type Family = 'project-token' | 'user-key' | 'subscription-key' | 'organization-token';

/** What an operation needs, and what a scope gives; write includes read. */
export type Level = 'read' | 'write';

/**
 * Terms are what an owner's plan allows, resolved from configuration. They are part of what the fence confirms: a change
 * of plan moves the owner's fence, and a request decided on older terms is decided again.
 */
export interface Terms {
  /** For people: "CyberSecFeed Plus". */
  readonly planName: string;
  /** Credits in a period; null means without limit. */
  readonly creditLimitMillicredits: number | null;
  /** Requests in any window of that length; null means without limit. */
  readonly rate: { readonly limit: number; readonly windowMs: number } | null;
  /** The instant that monthly periods are anchored to, kept to day and time of day in UTC. */
  readonly periodAnchorMs: number;
  /** `day`: credits last for a day of UTC instead, and the anchor is 0. */
  readonly period?: 'day';
}

/** What a scan of a website costs of a person's day; people and their keys share these credits, and nothing else costs any. */
export const scanMillicredits = 1000;

/** What a request was verified as; everything in it was read under `fence` and is confirmed by the charging statement. */
export interface VerifiedCredential {
  readonly id: string;
  readonly family: Family;
  readonly ownerId: string;
  /** The value of the owner's fence when this was read. */
  readonly fence: number;
  readonly terms: Terms;
  /** Rights: resource → level. `'*'` as key stands for every resource. */
  readonly scopes: Readonly<Record<string, 'none' | Level>>;
}
