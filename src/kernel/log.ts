import { Secret } from './secret.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Log writes one JSON object a line. Fields never hold a credential; `Secret` values print as `***`. */
export interface Log {
  debug(event: string, fields?: LogFields | (() => LogFields)): void;
  info(event: string, fields?: LogFields | (() => LogFields)): void;
  warn(event: string, fields?: LogFields | (() => LogFields)): void;
  error(event: string, fields?: LogFields | (() => LogFields)): void;
}

/** The fields of a line; as a function they are worked out only when the line is written. */
export type LogFields = Readonly<Record<string, unknown>>;

const levels: Record<LogLevel | 'silent', number> = { debug: 10, info: 20, warn: 30, error: 40, silent: 99 };

/** createLog returns a log that writes lines of at least `level` to `write`. */
export const createLog = (options: {
  readonly level: LogLevel | 'silent';
  readonly nowMs: () => number;
  readonly write: (line: string) => void;
}): Log => {
  const at = (level: LogLevel) => {
    if (levels[level] < levels[options.level]) return () => undefined;
    return (event: string, given: LogFields | (() => LogFields) = {}) => {
      const fields = typeof given === 'function' ? given() : given;
      const time = new Date(options.nowMs()).toISOString();
      options.write(`${JSON.stringify({ time, level, event, ...fields }, plain)}\n`);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

const plain = (_key: string, value: unknown): unknown => {
  if (value instanceof Secret) return '***';
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  if (typeof value === 'bigint') return value.toString();
  return value;
};

export const silentLog: Log = createLog({ level: 'silent', nowMs: () => 0, write: () => undefined });
