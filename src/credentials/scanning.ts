import type { Family } from '../kernel/index.ts';
import { credentialFormats } from './formats/registry.ts';

/** A credential of ours in a text: its shape and its checksum are right. */
export interface ScanHit {
  readonly family: Family;
  /** The whole text. Never printed or logged. */
  readonly presented: string;
  readonly masked: string;
  /** From 1. */
  readonly line: number;
  /** Of its first byte. */
  readonly offset: number;
}

/** SecretScanner looks through the bytes of one file, handed over in pieces of any size. */
export interface SecretScanner {
  push(piece: Buffer): ScanHit[];
}

const searches = credentialFormats.map((format) => ({
  format,
  pattern: new RegExp((format.landmark?.pattern ?? format.shape).source, 'g'),
  at: format.landmark?.at ?? 0,
}));
const longest = Math.max(...credentialFormats.map(({ length }) => length));
const newline = 10;

const countLines = (bytes: Buffer, from: number, to: number): number => {
  let lines = 0;
  for (let at = bytes.indexOf(newline, from); at >= 0 && at < to; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
};

/**
 * createSecretScanner starts a file. What is cut in two by the end of a piece is found with the next; bytes that are no
 * text disturb nothing.
 */
export const createSecretScanner = (): SecretScanner => {
  /** The end of what was seen, too short to hold a credential that was not looked at. */
  let tail: Buffer = Buffer.alloc(0);
  let tailOffset = 0;
  /** Lines before the tail. */
  let lines = 0;

  const search = (bytes: Buffer): { at: number; family: Family; presented: string; masked: string }[] => {
    const text = bytes.toString('latin1');
    const found: { at: number; family: Family; presented: string; masked: string }[] = [];
    for (const { format, pattern, at } of searches) {
      pattern.lastIndex = 0;
      for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
        const start = match.index - at;
        const presented = start < 0 ? '' : text.slice(start, start + format.length);
        if (format.parse(presented) === null) {
          // The real one may begin inside of what only looks like one.
          pattern.lastIndex = match.index + 1;
        } else if (start + format.length > tail.length) {
          found.push({ at: start, family: format.family, presented, masked: format.mask(presented) });
        }
      }
    }
    return found.toSorted((a, b) => a.at - b.at);
  };

  return {
    push: (piece) => {
      const bytes = tail.length === 0 ? piece : Buffer.concat([tail, piece]);
      let counted = 0;
      const hits = search(bytes).map(({ at, ...hit }): ScanHit => {
        lines += countLines(bytes, counted, at);
        counted = at;
        return { ...hit, line: lines + 1, offset: tailOffset + at };
      });
      const keep = Math.min(bytes.length, longest - 1);
      const cut = bytes.length - keep;
      // The tail may begin before the last hit: its lines are counted again with the next piece.
      lines += cut >= counted ? countLines(bytes, counted, cut) : -countLines(bytes, cut, counted);
      tail = Buffer.from(bytes.subarray(cut));
      tailOffset += cut;
      return hits;
    },
  };
};

const everyShape = new RegExp(credentialFormats.map(({ shape }) => shape.source).join('|'), 'g');

/** withoutCredentials replaces everything that is shaped like a credential, so that the rest may be kept. */
export const withoutCredentials = (text: string): string => text.replace(everyShape, '***');
