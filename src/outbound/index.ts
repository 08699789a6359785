/**
 * The only way out: every call to another machine goes through here.
 *
 * It owns the address guard, redirects, limits of size and time, retries, and downloads that go on where they stopped. It
 * does not know what is fetched or why, and never reads a feed.
 *
 * Invariants: only http and https; only public unicast addresses and the networks that the configuration allows; the
 * address that was checked is the one that is connected to, on every redirect anew; every call has a size limit and a
 * deadline; credentials do not follow a redirect to another origin; a downloaded file appears under its name only whole.
 *
 * Fails with `outbound.refused` (the address may not be called: never retried) and `outbound.failed` (no usable answer).
 */
export {
  createOutbound,
  type FetchedResponse,
  type FetchOptions,
  type Outbound,
  type OutboundDeps,
} from './outbound.ts';
export { createAddressCheck, type AddressCheck } from './address-check.ts';
export type { DownloadOptions, DownloadOutcome } from './download.ts';
export type { Resolver } from './exchange.ts';
