import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf } from '../child.ts';
import { copyToDisk } from '../copy.ts';
import { cataloguePath, corpusOf, noCorpus } from '../corpus.ts';
import type { Timed } from '../processes/bare-epss.ts';
import type { TimedImport } from '../processes/epss-refresh.ts';
import { atMost, type Scenario } from '../scenario.ts';

export const epss: Scenario = {
  name: 'epss',
  question: 'What does a refresh of all EPSS scores cost when no score has changed?',
  reference: 'a process that gunzips and parses the same file',
  bound: '≤ 4 × its time',
  run: async (context) => {
    if (context.data === null) return noCorpus;
    const { epss: file } = corpusOf(context.data);
    const folder = join(context.folder, 'refreshed');
    mkdirSync(folder);
    const path = await cataloguePath(context, context.data);
    copyToDisk(path, join(folder, 'catalog.db'));
    const measured: number[] = [];
    const reference: number[] = [];
    let records = 0;
    // One round more than counted: the first one reads the copied file from the disk.
    for (let round = 0; round <= context.rounds; round += 1) {
      const refresh = (await answerOf('bench/processes/epss-refresh.ts', [folder, file])) as TimedImport;
      const bare = (await answerOf('bench/processes/bare-epss.ts', [file])) as Timed;
      const { read, unchanged } = refresh.source;
      if (unchanged !== read || read !== bare.records) {
        throw new Error(`${bare.records} scores, but ${JSON.stringify(refresh.source)}`);
      }
      records = read;
      if (round === 0) continue;
      measured.push(refresh.seconds * 1000);
      reference.push(bare.seconds * 1000);
    }
    const time = (values: readonly number[]) => ({ unit: 'ms', values }) as const;
    return {
      kind: 'measured',
      rows: [{ label: 'nothing changed', measured: time(measured), reference: time(reference), bound: atMost(4) }],
      notes: [`${records} scores, every one unchanged; both sides without the start of their process`],
    };
  },
};
