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

export type OptionSection =
  | 'server'
  | 'storage'
  | 'catalogue'
  | 'accounts'
  | 'credentials'
  | 'audit'
  | 'mail'
  | 'billing'
  | 'admission'
  | 'outbound'
  | 'log';

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
