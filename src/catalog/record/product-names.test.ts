import { describe, expect, it } from 'vitest';
import { normaliseName, normalisePiece, weaknessFact, weaknessNameIn } from './index.ts';

describe('normaliseName', () => {
  it.each([
    ['Apache Software  Foundation', 'apache_software_foundation'],
    ['  Microsoft\t', 'microsoft'],
    ['im_\\&_presence_service', 'im_&_presence_service'],
    ['logo\\!_soft_comfort', 'logo!_soft_comfort'],
    ['sterling_connect\\:direct', 'sterling_connect:direct'],
    ['spreadsheet\\\\', 'spreadsheet'],
    ['purity\\/fa', 'purity/fa'],
    ['seil%2fx1_firmware', 'seil/x1_firmware'],
    ['proficy_hmi%252fscada', 'proficy_hmi/scada'],
    ['100%_organic', '100%_organic'],
    ['bitly&#039;s WordPress Plugin', "bitly's_wordpress_plugin"],
    ['R&amp;D &quot;Lab&quot;', 'r&d_"lab"'],
    ['AT&T', 'at&t'],
    ['OpenText™', 'opentext'],
    ['AMD EPYC™ Processors', 'amd_epyc_processors'],
    ['\u200bTrane Technologies', 'trane_technologies'],
    ['S\u2011Cubism Inc.', 's-cubism_inc.'],
    ['Lester \u2018GaMerZ\u2019 Chan', "lester_'gamerz'_chan"],
    ['Dassault Syst\u0065\u0300mes', 'dassault_systèmes'],
    ['上海灵当信息科技有限公司', '上海灵当信息科技有限公司'],
    ['.NET 8.0', '.net_8.0'],
    ['@thi.ng/egf', '@thi.ng/egf'],
    ['foo__bar', 'foo__bar'],
  ])('spells %j as %j', (text, name) => {
    expect(normaliseName(text)).toBe(name);
    expect(normaliseName(name)).toBe(name);
  });

  it.each(['n/a', 'N/A', ' - ', '*', 'Unknown', '[UNKNOWN]', 'n\\/a', '', '\u200b', 'Not Specified'])(
    'takes %j for no name',
    (text) => {
      expect(normaliseName(text)).toBe('');
    },
  );

  it('cuts what is too long, never through a character', () => {
    const name = normaliseName(`${'a'.repeat(255)}😀b`);
    expect(name.isWellFormed()).toBe(true);
    expect(name.length).toBeLessThanOrEqual(256);
  });
});

describe('normalisePiece', () => {
  it('spells a piece as it stands inside names', () => {
    expect(normalisePiece('HTTP ')).toBe('http_');
    expect(normalisePiece('\\& Pres')).toBe('&_pres');
    expect(normalisePiece('-')).toBe('-');
    expect(normalisePiece('')).toBe('');
  });
});

describe('weaknesses', () => {
  it('are named by the table of facts', () => {
    expect(weaknessFact(79)?.name).toMatch(/Cross-site Scripting/);
    expect(weaknessFact(1427)?.description).toMatch(/^[A-Z].+\.$/);
    expect(weaknessFact(9_999_999)).toBeNull();
  });

  it('are named by records that write the name behind the number', () => {
    const named = (cweId: string, description: string, cwe: number) =>
      weaknessNameIn(JSON.stringify([{ cweId, description, source: 'x' }]), cwe);
    expect(named('CWE-1419', 'CWE-1419: Incorrect Initialization of Resource', 1419)).toBe(
      'Incorrect Initialization of Resource',
    );
    expect(named('CWE-5', 'CWE-05 Some Name', 5)).toBe('Some Name');
    expect(named('CWE-5', 'CWE-5', 5)).toBeNull();
    expect(named('CWE-5', 'a flaw of ours', 5)).toBeNull();
    expect(named('CWE-6', 'CWE-6 Other', 5)).toBeNull();
  });
});
