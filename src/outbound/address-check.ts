import type { Clock } from '../kernel/index.ts';
import { systemResolver, type Resolver } from './exchange.ts';
import { addressPolicy, checkedUrl, refusedAddress } from './policy.ts';

/**
 * AddressCheck says beforehand whether an address may be called one day, for people who type one in. The call itself is
 * guarded anew: a name may come to mean something else.
 * @throws `outbound.refused`
 */
export type AddressCheck = (url: string) => Promise<void>;

/** A name server that is slower is not waited for: the call will ask it again. */
const resolvingMs = 2000;

/** createAddressCheck refuses what no call could reach: other schemes, and names and numbers of private networks. */
export const createAddressCheck = (deps: {
  readonly config: { readonly allow: readonly string[] };
  readonly clock: Clock;
  /** Default: the system's. */
  readonly resolve?: Resolver;
}): AddressCheck => {
  const policy = addressPolicy(deps.config.allow);
  const { resolve = systemResolver } = deps;

  const addressesOf = async (hostname: string): Promise<readonly { readonly address: string }[]> => {
    let cancel: () => void = () => undefined;
    const late = new Promise<[]>((done) => {
      cancel = deps.clock.after(resolvingMs, () => done([]));
    });
    try {
      // A name that nobody knows yet may be known when it is called.
      return await Promise.race([resolve(hostname).catch(() => []), late]);
    } finally {
      cancel();
    }
  };

  return async (text) => {
    const { hostname, host } = checkedUrl(policy, text);
    if (hostname.startsWith('[')) return;
    const forbidden = (await addressesOf(hostname)).find(({ address }) => !policy.permits(address));
    if (forbidden !== undefined) throw refusedAddress(host, forbidden.address);
  };
};
