/** The one table of options. From it come the `Config` type, parsing, the summary at start, docs and the sample file. */
export interface Option {
  readonly key: string;
  readonly env: string;
  readonly section: 'server' | 'storage' | 'catalogue' | 'credentials' | 'admission' | 'log';
  readonly kind: 'text' | 'path' | 'integer' | 'boolean' | 'choice' | 'list' | 'secret' | 'duration' | 'json';
  readonly default: string | null;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description: string;
  readonly example: string;
}
