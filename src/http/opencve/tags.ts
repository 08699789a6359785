import { NewTagBody, OpencvePageQuery, TagChangeBody, TagsOfCveBody } from '../../contract/index.ts';
import { fail, type Actor } from '../../kernel/index.ts';
import type { Tag, TagFace } from '../../watch/index.ts';
import { emptyAnswer, jsonAnswer, parseBody } from '../json.ts';
import { actorOf, personOf } from '../person.ts';
import { rowNameIn } from '../row-name.ts';
import type { Exchange, Handler } from '../surface.ts';
import { cveIdOf } from './catalogue.ts';
import { microsDate } from './dates.ts';
import { pageText, pageWishOf, sliceOf } from './paging.ts';
import { readParameters } from './parameters.ts';
import { tenantRead, type ReadingDeps } from './reading.ts';

/** What this surface needs of people's tags. */
export interface TagVerbs {
  list(userId: string): Promise<readonly Tag[]>;
  find(userId: string, name: string): Promise<Tag | null>;
  cveIds(userId: string, name: string): Promise<readonly string[] | null>;
  on(userId: string, cveId: string): Promise<readonly string[]>;
  create(input: TagFace & { readonly actor: Actor }): Promise<Tag>;
  change(input: Partial<TagFace> & { readonly actor: Actor; readonly tag: string }): Promise<Tag>;
  delete(input: { readonly actor: Actor; readonly tag: string }): Promise<void>;
  setOn(input: {
    readonly actor: Actor;
    readonly cveId: string;
    readonly tags: readonly string[];
  }): Promise<readonly string[]>;
}

const tagRow = (tag: Tag) => ({
  name: tag.name,
  color: tag.color,
  description: tag.description,
  cves_count: tag.cvesCount,
  created_at: microsDate(tag.createdAtMs),
  updated_at: microsDate(tag.updatedAtMs),
});

/** Members that a body does not have change nothing. */
const given = <Member>(name: string, value: Member | undefined): Readonly<Record<string, Member>> =>
  value === undefined ? {} : { [name]: value };

/** tagHandlers read and change the own tags of whoever is signed in or uses Basic. */
export const tagHandlers = (deps: ReadingDeps & { readonly tags: TagVerbs }): Readonly<Record<string, Handler>> => {
  const { tags, catalog } = deps;
  const nameIn = (exchange: Exchange): string => rowNameIn(exchange, 'tag');

  /** Tags are put on what there is. */
  const cveOf = (exchange: Exchange): string => {
    const cveId = cveIdOf(exchange);
    if (catalog.revisionOf(cveId) === null) throw fail('catalog.cve_not_found');
    return cveId;
  };

  return {
    'opencve.tags.list': tenantRead(async (exchange) => {
      const wish = pageWishOf(readParameters(OpencvePageQuery, exchange.query), deps.pageSize);
      const own = await tags.list(personOf(exchange).userId);
      return pageText(exchange, deps.publicUrl, wish, sliceOf(own), (tag) => JSON.stringify(tagRow(tag)));
    }),
    'opencve.tag.create': async (exchange) => {
      const { description = null, ...face } = parseBody(NewTagBody, exchange.body);
      return jsonAnswer(201, tagRow(await tags.create({ actor: actorOf(exchange), ...face, description })));
    },
    'opencve.tag.read': async (exchange) => {
      const tag = await tags.find(personOf(exchange).userId, nameIn(exchange));
      if (tag === null) throw fail('tag.not_found');
      return jsonAnswer(200, tagRow(tag));
    },
    'opencve.tag.change': async (exchange) => {
      const { name, color, description } = parseBody(TagChangeBody, exchange.body);
      const face = { ...given('name', name), ...given('color', color), ...given('description', description) };
      return jsonAnswer(200, tagRow(await tags.change({ actor: actorOf(exchange), tag: nameIn(exchange), ...face })));
    },
    'opencve.tag.delete': async (exchange) => {
      await tags.delete({ actor: actorOf(exchange), tag: nameIn(exchange) });
      return emptyAnswer();
    },
    'opencve.cve.tags.read': async (exchange) => {
      const cveId = cveOf(exchange);
      return jsonAnswer(200, { cve_id: cveId, tags: await tags.on(personOf(exchange).userId, cveId) });
    },
    'opencve.cve.tags.set': async (exchange) => {
      const cveId = cveOf(exchange);
      const wanted = parseBody(TagsOfCveBody, exchange.body).tags;
      const held = await tags.setOn({ actor: actorOf(exchange), cveId, tags: wanted });
      return jsonAnswer(200, { cve_id: cveId, tags: held });
    },
  };
};
