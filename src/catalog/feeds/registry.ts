import { cveListFeed } from './cve-list.ts';
import { epssFeed } from './epss.ts';
import { kevFeed } from './kev.ts';
import { starterFeed } from './starter.ts';
import type { Feed, FeedHead } from './feed.ts';

/** The members of the family, in the order in which they are asked whether a file is theirs. */
const feeds: readonly Feed[] = [epssFeed, kevFeed, starterFeed, cveListFeed];

/** feedOf finds the feed a file belongs to by its content, or null. */
export const feedOf = (head: FeedHead): Feed | null => feeds.find((feed) => feed.recognises(head)) ?? null;
