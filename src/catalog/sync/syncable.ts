/** The feeds that can be fetched, in the order in which `syncFeeds` takes them. */
export const syncableFeeds = ['cve-list', 'kev', 'epss'] as const;
