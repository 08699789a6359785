import { objectsOf, textOf, textsOf, type JsonObject } from './json-value.ts';
import type { Reference } from './types.ts';

const address = /^(?:https?|ftp):\/\/[^\s<>"]+$/i;

/** Says only that the CVE Program copied the reference; keeping it would hide the tags that mean something. */
const transferred = 'x_transferred';

/** So few addresses are compared faster than they are looked up. */
const comparedReferences = 24;

type Joined = { readonly url: string; readonly source: string; readonly tags: string[] };

/** referencesOf joins the references of all containers by address. Anything that is not a web address is dropped. */
export const referencesOf = (containers: readonly (readonly [JsonObject, string])[]): readonly Reference[] => {
  const found: Joined[] = [];
  let byUrl: Map<string, Joined> | null = null;
  for (const [container, source] of containers) {
    for (const item of objectsOf(container['references'])) {
      const url = textOf(item['url']);
      if (url === null || url.length > 2_048 || !address.test(url)) continue;
      if (found.length === comparedReferences) byUrl ??= new Map(found.map((known) => [known.url, known]));
      let reference = byUrl === null ? found.find((known) => known.url === url) : byUrl.get(url);
      if (reference === undefined) {
        reference = { url, source, tags: [] };
        found.push(reference);
        byUrl?.set(url, reference);
      }
      for (const tag of textsOf(item['tags'])) {
        if (tag !== transferred && tag !== '' && !reference.tags.includes(tag)) reference.tags.push(tag);
      }
    }
  }
  return found;
};

/** exploitReferenced tells whether a reference is tagged as an exploit. */
export const exploitReferenced = (references: readonly Reference[]): boolean =>
  references.some((reference) => reference.tags.some((tag) => tag.toLowerCase() === 'exploit'));
