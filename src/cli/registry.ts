import type { CommandEntry } from './command.ts';

/** commands lists every command in the order in which `--help` shows them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'serve',
    summary: 'serve the API',
    logs: 'all',
    settings: ['host', 'port'],
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  {
    name: 'import',
    summary: 'load files or folders of CVE records, KEV or EPSS into the catalogue',
    logs: 'problems',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'sync',
    summary: 'fetch the feeds from their configured addresses',
    logs: 'problems',
    load: async () => (await import('./commands/sync.ts')).syncCommand,
  },
  {
    name: 'user',
    summary: 'create, list, disable, enable and delete people',
    logs: 'problems',
    load: async () => (await import('./commands/user.ts')).userCommand,
  },
  {
    name: 'org',
    summary: 'create and delete organisations, set and remove their members',
    logs: 'problems',
    load: async () => (await import('./commands/org.ts')).orgCommand,
  },
  {
    name: 'project',
    summary: 'create, transfer and delete projects, set and remove their members',
    logs: 'problems',
    load: async () => (await import('./commands/project.ts')).projectCommand,
  },
  {
    name: 'plan',
    summary: 'show and change the plan of a person',
    logs: 'problems',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  {
    name: 'subscription',
    summary: 'create, show and change subscriptions: tier, status, credits',
    logs: 'problems',
    load: async () => (await import('./commands/subscription.ts')).subscriptionCommand,
  },
  {
    name: 'credential',
    summary: 'issue, list, show, change, rotate, suspend, resume, revoke and explain credentials',
    logs: 'problems',
    load: async () => (await import('./commands/credential.ts')).credentialCommand,
  },
  {
    name: 'scan-secrets',
    summary: 'find credentials of this product in files, and revoke them',
    logs: 'problems',
    load: async () => (await import('./commands/scan-secrets.ts')).scanSecretsCommand,
  },
  {
    name: 'mail',
    summary: 'list and show what the server wrote to people',
    logs: 'problems',
    load: async () => (await import('./commands/mail.ts')).mailCommand,
  },
  {
    name: 'audit',
    summary: 'list, verify and export the audit log',
    logs: 'problems',
    load: async () => (await import('./commands/audit.ts')).auditCommand,
  },
  {
    name: 'keys',
    summary: 'show and rotate the peppers and signing keys',
    logs: 'problems',
    load: async () => (await import('./commands/keys.ts')).keysCommand,
  },
  {
    name: 'backup',
    summary: 'write the control plane into one file',
    logs: 'problems',
    load: async () => (await import('./commands/backup.ts')).backupCommand,
  },
  {
    name: 'restore',
    summary: 'load a backup into an empty control plane',
    logs: 'problems',
    load: async () => (await import('./commands/restore.ts')).restoreCommand,
  },
  {
    name: 'doctor',
    summary: 'check this installation and say what is wrong',
    logs: 'problems',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
];
