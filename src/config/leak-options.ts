import type { Option } from './option.ts';

/** leakOptions are the options of those who report found credentials: rows of the one table in `options.ts`. */
export const leakOptions = [
  {
    key: 'githubLeakKeys',
    env: 'VULNGATE_GITHUB_LEAK_KEYS',
    section: 'credentials',
    kind: 'json',
    default: null,
    description:
      'Public keys that GitHub’s secret scanning signs its reports with, as GitHub publishes them. Not set: no such report is taken.',
    example:
      '{"public_keys":[{"key_identifier":"f952","key":"-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELLCSU+htNDlUK+lK65aZ+KVttyWK\\nXXiqeVi9yFviDZ+tR6qeaKnESa/ubQ2UHfok3Sq0lYjldUOd16eKho8yYw==\\n-----END PUBLIC KEY-----\\n"}]}',
  },
  {
    key: 'gitlabLeakToken',
    env: 'VULNGATE_GITLAB_LEAK_TOKEN',
    section: 'credentials',
    kind: 'secret',
    default: null,
    description:
      'What GitLab’s secret detection sends in `Authorization` when it reports credentials: at least 16 characters. Not set: no such report is taken.',
    example: '7f0c…32 hex digits…',
  },
] as const satisfies readonly Option[];
