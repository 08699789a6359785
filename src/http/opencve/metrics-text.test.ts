/** Risk: a score under the wrong version or the wrong name, or text that is no JSON. */
import { expect, it } from 'vitest';
import { sampleCatalog } from '../../../test/support/sample-catalog.ts';
import { metricsText } from './metrics-text.ts';

const record = sampleCatalog(1).find('CVE-2021-44228');
if (record === null) throw new Error('no sample');

const metric = (version: string, baseScore: number, source: string) => ({
  version,
  vectorString: `V${version}`,
  baseScore,
  baseSeverity: 'HIGH',
  source,
});

it('writes the best metric of each version, KEV, EPSS and SSVC with who said so', () => {
  const text = metricsText({
    ...record,
    metricsJson: JSON.stringify([
      metric('3.1', 10, 'apache'),
      metric('3.1', 9.8, 'CISA-ADP'),
      metric('4.0', 8.7, 'CISA-ADP'),
      metric('2.0', 9.3, 'nvd@nist.gov'),
      metric('3.0', 7, 'redhat'),
    ]),
    epss: 0.00223,
    ssvcJson: '{"exploitation":null,"automatable":false,"technicalImpact":"partial","version":null,"timestamp":null}',
  });
  expect(text).toContain('"score":10.0,');
  expect(JSON.parse(text)).toEqual({
    cvssV2_0: { data: { score: 9.3, vector: 'V2.0' }, provider: 'nvd' },
    cvssV3_0: { data: { score: 7, vector: 'V3.0' }, provider: 'redhat' },
    cvssV3_1: { data: { score: 10, vector: 'V3.1' }, provider: 'mitre' },
    cvssV4_0: { data: { score: 8.7, vector: 'V4.0' }, provider: 'vulnrichment' },
    kev: { data: { dateAdded: '2021-12-10T00:00:00+00:00', dueDate: '2021-12-24T00:00:00+00:00' }, provider: 'cisa' },
    epss: { data: { score: 0.00223 }, provider: 'first' },
    ssvc: {
      data: { options: { Automatable: 'no', Exploitation: null, 'Technical Impact': 'partial' }, version: null },
      provider: 'vulnrichment',
    },
    threat_severity: { data: null, provider: null },
  });
});

it('says nothing where nothing is known', () => {
  const nothing = { ...record, metricsJson: '[]', kevJson: null, epss: null, ssvcJson: null };
  const empty = { data: {}, provider: null };
  expect(JSON.parse(metricsText(nothing))).toEqual({
    cvssV2_0: empty,
    cvssV3_0: empty,
    cvssV3_1: empty,
    cvssV4_0: empty,
    kev: empty,
    epss: empty,
    ssvc: empty,
    threat_severity: { data: null, provider: null },
  });
});
