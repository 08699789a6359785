import { redact } from './exposure.ts';
import type { Exchange } from './surface.ts';

/** createClientNames tells what a program calls itself, without anything in it that is shaped like a credential. */
export const createClientNames = (): ((exchange: Exchange) => string) => {
  const names = new Map<string, string>();
  const last = { agent: '', name: '' };
  return (exchange) => {
    const agent = exchange.request.headers['user-agent'] ?? '';
    // A comparison is cheaper than a look-up, and neighbours mostly come from the same program.
    if (agent === last.agent) return last.name;
    const known = names.get(agent);
    if (known !== undefined) {
      last.agent = agent;
      last.name = known;
      return known;
    }
    // Bounded, so that made-up agents cannot fill the memory.
    if (names.size >= 1000) names.clear();
    // Node lets no control character into a header except the tab.
    const name = redact(agent).replaceAll('\t', ' ').slice(0, 120);
    names.set(agent, name);
    return name;
  };
};
