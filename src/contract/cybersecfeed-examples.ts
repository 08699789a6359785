/** Answers as the API description shows them: the `data` of each operation, cut to what makes the shape clear. */
const kev = {
  dateAdded: '2021-12-10',
  knownRansomware: true,
  vendorProject: 'Apache',
  product: 'Log4j2',
  vulnerabilityName: 'Apache Log4j2 Remote Code Execution Vulnerability',
  shortDescription: 'Apache Log4j2 does not protect against attacker-controlled JNDI endpoints.',
  requiredAction: 'Apply updates, or remove affected assets from agency networks.',
  dueDate: '2021-12-24',
  notes: 'https://nvd.nist.gov/vuln/detail/CVE-2021-44228',
  cwes: ['CWE-20', 'CWE-400', 'CWE-502'],
};

const cve = {
  id: 'CVE-2021-44228',
  sourceIdentifier: 'apache',
  status: 'PUBLISHED',
  published: '2021-12-10T00:00:00.000Z',
  lastModified: '2025-10-21T23:25:23.121Z',
  title: 'Apache Log4j2 JNDI features do not protect against attacker controlled LDAP and other JNDI related endpoints',
  severity: 'CRITICAL',
  cvss: {
    version: '3.1',
    vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    baseScore: 10,
    baseSeverity: 'CRITICAL',
    source: 'CISA-ADP',
  },
  weaknesses: [{ cweId: 'CWE-502', description: 'CWE-502 Deserialization of Untrusted Data', source: 'apache' }],
  products: [['apache', 'log4j2']],
  kev,
  epss: { score: 0.94358, percentile: 0.99957, date: '2026-08-15' },
};

const pagination = {
  limit: 1,
  hasMore: true,
  nextCursor: 'MToxNjM5MDk0NDAwMDAwOjQyOjA6YWJjZGVmZ2g',
  totalEstimate: 1284,
};
const listed = { id: cve.id, published: cve.published, severity: cve.severity, kev, epss: cve.epss };

export const cybersecfeedExamples: Readonly<Record<string, unknown>> = {
  'cybersecfeed.ping.read': {
    status: 'ok',
    timestamp: '2025-07-20T12:00:00Z',
    database: { connected: true, latency_ms: 0.121 },
  },
  'cybersecfeed.ping.lite': { status: 'ok', timestamp: '2025-07-20T12:00:00Z' },
  'cybersecfeed.stats.read': {
    totals: {
      cves: 246_015,
      published: 238_127,
      rejected: 7888,
      kev: 1404,
      kev_ransomware: 293,
      epss: 301_225,
      vendors: 31_002,
      products: 98_114,
    },
    severity: { critical: 27_113, high: 91_400, medium: 98_002, low: 6210, unknown: 23_290 },
    epss_date: '2026-08-15',
    last_update: '2026-08-16T04:00:12Z',
    sources: [
      {
        name: 'epss',
        last_success: '2026-08-16T04:00:12Z',
        as_of: '2026-08-15T00:00:00Z',
        lag_seconds: 100_812,
        records: 301_225,
        inserted: 0,
        updated: 8120,
        unchanged: 293_105,
        skipped: 0,
        healthy: true,
      },
    ],
  },
  'cybersecfeed.cves.list': { cves: [listed], pagination },
  'cybersecfeed.cves.recent': { cves: [listed], pagination },
  'cybersecfeed.cve.read': { cve },
  'cybersecfeed.cve.batch': { cves: [listed], notFound: ['CVE-1999-99999'], count: 1 },
  'cybersecfeed.kev.list': { kev: [{ cve_id: cve.id, ...kev }], pagination },
  'cybersecfeed.kev.read': { kev: { cve_id: cve.id, ...kev } },
  'cybersecfeed.usage.read': {
    usage: {
      plan: 'CyberSecFeed Plus',
      credits_limit: 30_000,
      credits_used: 1523,
      credits_remaining: 28_477,
      reset_at: '2025-08-01T00:00:00Z',
      percentage_used: 5.08,
    },
  },
};

/** The `meta` that goes with every example. */
export const exampleMeta = { timestamp: '2025-07-20T12:00:00Z', version: 'v1', correlationId: 'req-12345' } as const;
