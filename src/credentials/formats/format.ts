import type { Family, Random } from '../../kernel/index.ts';

/** A credential that was just made: the secret leaves the process once, in the answer to `issue` or `rotate`. */
export interface MintedCredential {
  readonly presented: string;
  readonly lookup: string;
  readonly masked: string;
}

/** CredentialFormat is one family's wire format. Pure: a file a family, and one suite that every one passes. */
export interface CredentialFormat {
  readonly family: Family;
  /** What to look for in a text; `parse` decides whether it is one. */
  readonly shape: RegExp;
  /**
   * A part of the shape that begins with a fixed character, `at` characters into it: found many times faster in a long
   * text than a shape that may begin with any digit.
   */
  readonly landmark?: { readonly pattern: RegExp; readonly at: number };
  /** Characters, all of one byte. */
  readonly length: number;
  mint(random: Random): MintedCredential;
  /** mask returns what may be shown of a well-formed credential. */
  mask(presented: string): string;
  /**
   * parse returns the public lookup part of a well-formed credential whose checksum holds, else null. A mistyped or
   * made-up credential is refused here, without a database.
   */
  parse(presented: string): { readonly lookup: string } | null;
}
