import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importPaths } from '../../src/catalog/index.ts';
import { silentLog, systemClock } from '../../src/kernel/index.ts';

/** What a record of these tests says. */
export interface SampleRecord {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly products: readonly (readonly [vendor: string, product: string])[];
  readonly updated: string;
  readonly cwe?: string;
  readonly score?: number;
}

/** Three records as the tests of the original have them: two vendors in common, one weakness each. */
export const sampleRecords: readonly SampleRecord[] = [
  {
    id: 'CVE-2021-44228',
    title: 'Log4Shell',
    text: 'JNDI features of log4j do not protect against LDAP endpoints',
    products: [
      ['Apache', 'Log4j'],
      ['Siemens', 'logo!_soft_comfort'],
    ],
    updated: '2024-07-24T17:08:24.500Z',
    cwe: 'CWE-502',
    score: 10,
  },
  {
    id: 'CVE-2022-22965',
    title: 'Spring4Shell',
    text: 'A Spring MVC application may be vulnerable to remote code execution',
    products: [
      ['VMware', 'spring_framework'],
      ['Siemens', 'node.js'],
      ['Siemens', 'purity/fa'],
    ],
    updated: '2024-07-31T20:10:19.000Z',
    cwe: 'CWE-94',
    score: 9.8,
  },
  {
    id: 'CVE-2021-34181',
    title: 'Cross-site scripting in TomExam',
    text: 'Cross-site scripting in TomExam 3.0',
    products: [['tomexam', 'tomexam']],
    updated: '2025-04-24T14:15:30.000Z',
    cwe: 'CWE-79',
    score: 6.1,
  },
];

const documentOf = (sample: SampleRecord): string =>
  JSON.stringify({
    dataType: 'CVE_RECORD',
    dataVersion: '5.1',
    cveMetadata: {
      cveId: sample.id,
      assignerOrgId: '00000000-0000-4000-8000-000000000000',
      assignerShortName: 'example',
      state: 'PUBLISHED',
      datePublished: '2021-12-10T00:00:00.000Z',
      dateUpdated: sample.updated,
    },
    containers: {
      cna: {
        providerMetadata: { orgId: '00000000-0000-4000-8000-000000000000', shortName: 'example' },
        title: sample.title,
        descriptions: [{ lang: 'en', value: sample.text }],
        affected: sample.products.map(([vendor, product]) => ({
          vendor,
          product,
          versions: [{ version: '1.0', status: 'affected' }],
        })),
        problemTypes: [{ descriptions: [{ lang: 'en', cweId: sample.cwe, type: 'CWE', description: 'weak' }] }],
        metrics: [
          {
            cvssV3_1: {
              version: '3.1',
              vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
              baseScore: sample.score,
              baseSeverity: 'HIGH',
            },
          },
        ],
        references: [{ url: `https://example.org/${sample.id}` }],
      },
    },
  });

/** importSamples takes records into the catalogue of a data folder, also while a server runs on it. */
export const importSamples = async (dataFolder: string, records: readonly SampleRecord[]): Promise<void> => {
  await mkdir(dataFolder, { recursive: true });
  const path = join(dataFolder, 'samples.ndjson');
  await writeFile(path, `${records.map(documentOf).join('\n')}\n`);
  const databasePath = join(dataFolder, 'catalog.db');
  const { sources } = await importPaths({ databasePath, tempFolder: dataFolder, clock: systemClock, log: silentLog }, [
    path,
  ]);
  const [source] = sources;
  if (source === undefined || source.skipped > 0 || source.failure !== undefined)
    throw new Error(`not imported: ${JSON.stringify(source)}`);
};
