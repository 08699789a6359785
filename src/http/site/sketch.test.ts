/** Risk: the page for people shows another form than what is answered. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sketchOf } from './sketch.ts';

describe('sketchOf', () => {
  it('shows every member with a word for its kind', () => {
    const schema = z.object({
      id: z.int(),
      name: z.string().nullable(),
      at: z.iso.datetime(),
      kind: z.enum(['one', 'two']),
      isOn: z.boolean(),
      list: z.array(z.object({ n: z.number() }).meta({ id: 'SketchedRow' })),
      map: z.record(z.string(), z.string()),
      either: z.union([z.null(), z.object({ a: z.literal('b') })]),
    });
    expect(sketchOf(schema, 'output')).toEqual({
      id: 1,
      name: 'text',
      at: 'date-time',
      kind: 'one | two',
      isOn: true,
      list: [{ n: 1 }],
      map: { '…': 'text' },
      either: { a: 'b' },
    });
  });

  it('ends where a form contains itself, and shows nothing for nothing', () => {
    const Tree: z.ZodType = z.object({
      get children() {
        return z.array(Tree);
      },
    });
    expect(JSON.stringify(sketchOf(Tree, 'output'))).toContain('…');
    expect(sketchOf(z.void(), 'output')).toBeNull();
  });
});
