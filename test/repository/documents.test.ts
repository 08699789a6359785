import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { files, text } from './tree.ts';

// Risk: a map that leads to a house that was torn down.

const pages = files.filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md');
const exists = (path: string): boolean =>
  files.includes(path) || files.some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(text('package.json')));

describe('documents', () => {
  test('name only files and folders that exist', () => {
    const path = /`((?:src|docs|test|scripts|bench|bin|web)\/[\w./-]*|\.ci\/run)`/g;
    const named = pages.flatMap((page) =>
      [...text(page).matchAll(path)].map((match) => ({ page, path: match[1] ?? '' })),
    );
    expect(named.filter((each) => !exists(each.path))).toEqual([]);
  });

  test('link only to pages that exist', () => {
    const links = pages.flatMap((page) =>
      [...text(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => ({
        page,
        target: new URL(match[1] ?? '', `file:///${page}`).pathname.slice(1),
      })),
    );
    expect(links.filter(({ target }) => !exists(target))).toEqual([]);
  });

  test('run only scripts that exist', () => {
    const commands = pages.flatMap((page) =>
      [...text(page).matchAll(/\bnpm (?:run (?:-s |--silent )?([a-z:-]+)|(start|test)\b)/g)].map((match) => ({
        page,
        script: match[1] ?? match[2] ?? '',
      })),
    );
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter(({ script }) => !(script in scripts))).toEqual([]);
  });

  test('of the README begin with the two commands', () => {
    const first = /```sh\n([\s\S]*?)```/.exec(text('README.md'))?.[1] ?? '';
    expect(
      first
        .trim()
        .split('\n')
        .map((line) => line.replace(/\s*#.*/, '')),
    ).toEqual(['npm ci && npm start', 'npm test']);
  });

  test('decide each thing once: records are numbered without a gap and say their status', () => {
    const records = files.filter((path) => path.startsWith('docs/adr/')).toSorted();
    expect(records.map((path) => Number(path.slice('docs/adr/'.length, 'docs/adr/'.length + 4)))).toEqual(
      records.map((_, index) => index + 1),
    );
    const required = ['## Context', '## Decision', '## Cost', 'Status: '];
    expect(records.filter((path) => required.some((part) => !text(path).includes(part)))).toEqual([]);
  });
});

describe('the table "where is …"', () => {
  const section =
    text('docs/ARCHITECTURE.md')
      .split(/^## /m)
      .find((part) => part.startsWith('Where is')) ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| (where is|-)/i.test(line))
    .map((line) => {
      const [, question = '', place = '', names = ''] = line.split('|').map((cell) => cell.trim());
      return {
        question,
        place: place.replaceAll('`', ''),
        names: [...names.matchAll(/`([\w$]+)`/g)].map((match) => match[1] ?? ''),
      };
    });

  test('answers at least forty questions', () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect(new Set(rows.map((row) => row.question)).size).toBe(rows.length);
  });

  test('leads to files that exist', () => {
    expect(rows.filter(({ place }) => !exists(place))).toEqual([]);
  });

  test('names what these files really export', () => {
    const exported = (path: string, name: string): boolean =>
      new RegExp(
        `^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function|class|interface|type) ${name}\\b|^export [^;]*?\\b${name}\\b`,
        'm',
      ).test(text(path));
    const wrong = rows.flatMap(({ place, names }) =>
      files.includes(place) ? names.filter((name) => !exported(place, name)).map((name) => `${place}: ${name}`) : [],
    );
    expect(wrong).toEqual([]);
  });
});
