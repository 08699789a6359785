/** One option of the server: everything that is known about it in one row. */
export interface Option {
  readonly key: string;
  readonly env: string;
  readonly section: OptionSection;
  readonly kind: OptionKind;
  /** The text that stands when nothing was given; null means not set. */
  readonly default: string | null;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description: string;
  readonly example: string;
}

export type OptionSection = 'server' | 'storage' | 'catalogue' | 'credentials' | 'admission' | 'outbound' | 'log';

/**
 * What a value looks like. `interval`: `off` or whole hours. `networks`: addresses or CIDR ranges with commas between.
 * `template`: an http(s) address in which the names in braces are filled in. `secret`: also read from the file that
 * `<NAME>_FILE` names, and never shown.
 */
export type OptionKind =
  | 'text'
  | 'path'
  | 'integer'
  | 'choice'
  | 'networks'
  | 'secret'
  | 'interval'
  | 'json'
  | 'url'
  | 'template';

const cveList = 'https://github.com/CVEProject/cvelistV5/releases/download';
const cveFiles = 'https://raw.githubusercontent.com/CVEProject/cvelistV5/main/cves';

/** options is the one table. From it come the `Config` type, parsing, docs/configuration.md and the sample file. */
export const options = [
  {
    key: 'data',
    env: 'VULNGATE_DATA',
    section: 'storage',
    kind: 'path',
    default: './data',
    description: 'Folder that holds both databases, spooled feeds and the generated pepper. Also `--data`.',
    example: '/var/lib/vulngate',
  },
  {
    key: 'databaseUrl',
    env: 'VULNGATE_DATABASE_URL',
    section: 'storage',
    kind: 'secret',
    default: null,
    description: 'PostgreSQL address of the control plane. Not set: the embedded database in the data folder.',
    example: 'postgres://vulngate:password@db.internal:5432/vulngate',
  },
  {
    key: 'databasePool',
    env: 'VULNGATE_DATABASE_POOL',
    section: 'storage',
    kind: 'integer',
    default: '10',
    minimum: 2,
    maximum: 200,
    description: 'PostgreSQL connections that one process may hold.',
    example: '20',
  },
  {
    key: 'durability',
    env: 'VULNGATE_DURABILITY',
    section: 'storage',
    kind: 'choice',
    default: 'full',
    choices: ['full', 'process'],
    description:
      '`full`: every charge is on the disk before the answer leaves. `process`: survives the end of the process, but the last moments may be lost when the machine loses power.',
    example: 'process',
  },
  {
    key: 'host',
    env: 'VULNGATE_HOST',
    section: 'server',
    kind: 'text',
    default: '127.0.0.1',
    description: 'Address to listen on. Also `serve --host`.',
    example: '0.0.0.0',
  },
  {
    key: 'port',
    env: 'VULNGATE_PORT',
    section: 'server',
    kind: 'integer',
    default: '8080',
    minimum: 0,
    maximum: 65_535,
    description: 'Port to listen on; 0 takes a free one. Also `serve --port`.',
    example: '8443',
  },
  {
    key: 'publicUrl',
    env: 'VULNGATE_PUBLIC_URL',
    section: 'server',
    kind: 'url',
    default: null,
    description: 'Address under which clients reach the server; used in links. Not set: the host of the request.',
    example: 'https://vulngate.example.org',
  },
  {
    key: 'tlsCert',
    env: 'VULNGATE_TLS_CERT',
    section: 'server',
    kind: 'path',
    default: null,
    description: 'Certificate chain (PEM). Needs VULNGATE_TLS_KEY.',
    example: '/etc/vulngate/fullchain.pem',
  },
  {
    key: 'tlsKey',
    env: 'VULNGATE_TLS_KEY',
    section: 'server',
    kind: 'path',
    default: null,
    description: 'Private key of the certificate (PEM). Needs VULNGATE_TLS_CERT.',
    example: '/etc/vulngate/privkey.pem',
  },
  {
    key: 'trustedProxies',
    env: 'VULNGATE_TRUSTED_PROXIES',
    section: 'server',
    kind: 'networks',
    default: '',
    description: 'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.',
    example: '10.0.0.0/8,fd00::/8',
  },
  {
    key: 'bodyLimit',
    env: 'VULNGATE_BODY_LIMIT',
    section: 'server',
    kind: 'integer',
    default: '65536',
    minimum: 1024,
    maximum: 16_777_216,
    description: 'Largest request body, in bytes.',
    example: '131072',
  },
  {
    key: 'shutdownSeconds',
    env: 'VULNGATE_SHUTDOWN_SECONDS',
    section: 'server',
    kind: 'integer',
    default: '10',
    minimum: 0,
    maximum: 600,
    description: 'How long a stopping server waits for the requests that it admitted.',
    example: '30',
  },
  {
    key: 'metricsToken',
    env: 'VULNGATE_METRICS_TOKEN',
    section: 'server',
    kind: 'secret',
    default: null,
    description: 'Bearer token (at least 16 characters) that opens /metrics. Not set: loopback only.',
    example: 'a-long-random-text',
  },
  {
    key: 'pepper',
    env: 'VULNGATE_PEPPER',
    section: 'credentials',
    kind: 'secret',
    default: null,
    description:
      'Key of the credential digests: at least 32 bytes as hex or base64. Not set: a file in the data folder, made at the first start. Several nodes need the same one.',
    example: '7f0c…64 hex digits…',
  },
  {
    key: 'subscriptionTiers',
    env: 'VULNGATE_SUBSCRIPTION_TIERS',
    section: 'admission',
    kind: 'json',
    default: null,
    description:
      'Changes to the tiers: for each of free, plus, pro, business, enterprise any of `credits` (a month), `price` (US dollars a month), `rateLimit` (requests in 60 seconds) and `support`; null means without limit.',
    example: '{"plus":{"credits":50000,"rateLimit":600}}',
  },
  {
    key: 'graceHours',
    env: 'VULNGATE_GRACE_HOURS',
    section: 'admission',
    kind: 'integer',
    default: '72',
    minimum: 0,
    maximum: 8760,
    description: 'Hours that a subscription works on after a failed payment.',
    example: '48',
  },
  {
    key: 'usageDetailDays',
    env: 'VULNGATE_USAGE_DETAIL_DAYS',
    section: 'admission',
    kind: 'integer',
    default: '30',
    minimum: 1,
    maximum: 3650,
    description: 'Age in days after which usage rows are compacted to hourly figures.',
    example: '90',
  },
  {
    key: 'sync',
    env: 'VULNGATE_SYNC',
    section: 'catalogue',
    kind: 'interval',
    default: 'off',
    minimum: 1,
    maximum: 168,
    description: 'Hours between fetches of all feeds by the server itself, or `off`.',
    example: '6',
  },
  {
    key: 'feedCveList',
    env: 'VULNGATE_FEED_CVE_LIST',
    section: 'catalogue',
    kind: 'template',
    default: `${cveList}/cve_{date}_{hour}00Z/{date}_all_CVEs_at_midnight.zip.zip`,
    description:
      'The whole CVE List. `{date}` (YYYY-MM-DD) and `{hour}` (00–23) are the newest for which the file exists.',
    example: 'https://mirror.example.org/cvelist/all.zip',
  },
  {
    key: 'feedCveDeltaLog',
    env: 'VULNGATE_FEED_CVE_DELTA_LOG',
    section: 'catalogue',
    kind: 'url',
    default: `${cveFiles}/deltaLog.json`,
    description: 'The log of changed CVE records of about the last 30 days.',
    example: 'https://mirror.example.org/cvelist/deltaLog.json',
  },
  {
    key: 'feedCveRecord',
    env: 'VULNGATE_FEED_CVE_RECORD',
    section: 'catalogue',
    kind: 'template',
    default: `${cveFiles}/{year}/{group}/{id}.json`,
    description: 'One CVE record: `{id}`, its `{year}`, and its `{group}` such as 44xxx.',
    example: 'https://mirror.example.org/cvelist/{id}.json',
  },
  {
    key: 'feedKev',
    env: 'VULNGATE_FEED_KEV',
    section: 'catalogue',
    kind: 'url',
    default: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    description: 'The catalogue of known exploited vulnerabilities (JSON).',
    example: 'https://mirror.example.org/kev.json',
  },
  {
    key: 'feedEpss',
    env: 'VULNGATE_FEED_EPSS',
    section: 'catalogue',
    kind: 'url',
    default: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
    description: 'The EPSS scores (CSV, may be gzipped); may redirect to a dated file.',
    example: 'https://mirror.example.org/epss.csv.gz',
  },
  {
    key: 'outboundAllow',
    env: 'VULNGATE_OUTBOUND_ALLOW',
    section: 'outbound',
    kind: 'networks',
    default: '',
    description: 'Networks that outgoing calls may reach although they are not public.',
    example: '10.20.0.0/16',
  },
  {
    key: 'logLevel',
    env: 'VULNGATE_LOG_LEVEL',
    section: 'log',
    kind: 'choice',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    description: 'The least level that is logged.',
    example: 'warn',
  },
] as const satisfies readonly Option[];

export type OptionRow = (typeof options)[number];
export type OptionKey = OptionRow['key'];
