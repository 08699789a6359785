/** Risk: a name that is shown cannot be asked for, or one product's name reads as another's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedName, storedProduct, wireName, wireProduct, wireProducts } from './names.ts';

const stored = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .map(storedName)
  .filter((name) => name !== '' && !name.includes('\\') && storedName(name) === name);

describe('names of vendors and products', () => {
  it('are found again as they are shown, in any case', () => {
    fc.assert(
      fc.property(stored, (name) => {
        expect(storedName(wireName(name))).toBe(name);
      }),
    );
  });

  it('stay apart when a vendor and a product are one text', () => {
    fc.assert(
      fc.property(stored, stored, (vendor, product) => {
        expect(storedProduct(wireProduct(vendor, product))).toEqual([vendor, product]);
        expect(storedProduct(wireName(vendor))).toBeNull();
      }),
    );
  });

  it('carry the escapes of CPE', () => {
    expect(wireName('logo!_soft_comfort')).toBe(String.raw`logo\!_soft_comfort`);
    expect(wireName('purity/fa')).toBe(String.raw`purity\/fa`);
    expect(wireName('node.js-x_1')).toBe('node.js-x_1');
    expect(storedName(String.raw`IM \& presence service`)).toBe('im_&_presence_service');
  });

  it('are one flat list, each vendor before its products', () => {
    const productsJson = JSON.stringify([
      ['apache', 'log4j'],
      ['apache', 'solr'],
      ['siemens', 'logo!'],
    ]);
    const apache = ['apache', 'apache$PRODUCT$log4j', 'apache$PRODUCT$solr'];
    const siemens = ['siemens', String.raw`siemens$PRODUCT$logo\!`];
    expect(wireProducts({ productsJson, bareVendorsJson: null })).toEqual([...apache, ...siemens]);
    expect(wireProducts({ productsJson: '[]', bareVendorsJson: null })).toEqual([]);
  });

  it('hold vendors without a named product in their place', () => {
    const productsJson = JSON.stringify([['apache', 'log4j']]);
    const bareVendorsJson = JSON.stringify(['acme', 'mozilla']);
    expect(wireProducts({ productsJson, bareVendorsJson })).toEqual([
      'acme',
      'apache',
      'apache$PRODUCT$log4j',
      'mozilla',
    ]);
  });
});
