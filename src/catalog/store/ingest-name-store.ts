import type { DatabaseSync } from 'node:sqlite';
import { weaknessFact, weaknessNameIn } from '../record/index.ts';

type Linkable = 'vendor' | 'product' | 'weakness';

/** Ids of vendors, products and assigners, given out as names appear. Held in memory: each name is looked up often. */
export interface NameIds {
  readonly vendor: (name: string) => number;
  readonly product: (vendorId: number, name: string) => number;
  readonly assigner: (orgId: string, name: string) => number;
  /** weakness makes sure that it has a row; `weaknesses` is the record's JSON, which may name it. */
  readonly weakness: (cwe: number, weaknesses: string) => void;
  /** linked remembers that a record was added to one that was there before. */
  readonly linked: (kind: Linkable, id: number) => void;
  /** noteLinked writes what was remembered, in one go: a time for each name instead of one for each record. */
  readonly noteLinked: () => void;
  /** forget drops what is held; needed after a rollback, when ids that were given out no longer exist. */
  readonly forget: () => void;
}

export const createNameIds = (db: DatabaseSync, atMs: number): NameIds => {
  const findVendor = db.prepare('select id from vendor where name = ?');
  const addVendor = db.prepare('insert into vendor (name, created_ms, updated_ms) values (?, ?, ?)');
  const findProduct = db.prepare('select id from product where vendor_id = ? and name = ?');
  const addProduct = db.prepare('insert into product (vendor_id, name, created_ms, updated_ms) values (?, ?, ?, ?)');
  const findAssigner = db.prepare('select id, name from assigner where org_id = ?');
  const addAssigner = db.prepare('insert into assigner (org_id, name) values (?, ?)');
  const renameAssigner = db.prepare('update assigner set name = ? where id = ?');
  const findWeakness = db.prepare('select name from weakness where cwe = ?');
  const addWeakness = db.prepare('insert into weakness (cwe, name, created_ms, updated_ms) values (?, ?, ?, ?)');
  const nameWeakness = db.prepare('update weakness set name = ? where cwe = ?');
  const touch = {
    vendor: db.prepare('update vendor set updated_ms = ?1 where id = ?2 and updated_ms < ?1'),
    product: db.prepare('update product set updated_ms = ?1 where id = ?2 and updated_ms < ?1'),
    weakness: db.prepare('update weakness set updated_ms = ?1 where cwe = ?2 and updated_ms < ?1'),
  };
  const vendors = new Map<string, number>();
  /** By vendor, then by name: a key made of both would be a new text for each record. */
  const products = new Map<number, Map<string, number>>();
  const assigners = new Map<string, { id: number; name: string }>();
  /** Weaknesses that have a row, and whether it has a name. */
  const weaknesses = new Map<number, boolean>();
  const fresh = { vendor: new Set<number>(), product: new Set<number>(), weakness: new Set<number>() };
  const linked = { vendor: new Set<number>(), product: new Set<number>(), weakness: new Set<number>() };
  const kinds = ['vendor', 'product', 'weakness'] as const;

  const made = (kind: Linkable, id: number): number => {
    fresh[kind].add(id);
    return id;
  };

  return {
    vendor: (name) => {
      let id = vendors.get(name);
      if (id === undefined) {
        id = idOf(findVendor.get(name)) ?? made('vendor', Number(addVendor.run(name, atMs, atMs).lastInsertRowid));
        vendors.set(name, id);
      }
      return id;
    },
    product: (vendorId, name) => {
      const ofVendor = products.get(vendorId) ?? new Map<string, number>();
      if (ofVendor.size === 0) products.set(vendorId, ofVendor);
      let id = ofVendor.get(name);
      if (id === undefined) {
        id =
          idOf(findProduct.get(vendorId, name)) ??
          made('product', Number(addProduct.run(vendorId, name, atMs, atMs).lastInsertRowid));
        ofVendor.set(name, id);
      }
      return id;
    },
    assigner: (orgId, name) => {
      let held = assigners.get(orgId);
      if (held === undefined) {
        const row = findAssigner.get(orgId);
        const id = idOf(row);
        held =
          id === null
            ? { id: Number(addAssigner.run(orgId, name).lastInsertRowid), name }
            : { id, name: String(row?.['name']) };
        assigners.set(orgId, held);
      }
      // Some CNAs leave their name out of their own records: a record that has it names the assigner for all.
      if (held.name === '' && name !== '') {
        renameAssigner.run(name, held.id);
        held.name = name;
      }
      return held.id;
    },
    weakness: (cwe, json) => {
      const isNamed = weaknesses.get(cwe);
      if (isNamed === true) return;
      const row = isNamed === undefined ? findWeakness.get(cwe) : { name: null };
      const stored = row?.['name'];
      const isKnown = typeof stored === 'string' || weaknessFact(cwe) !== null;
      const name = isKnown ? null : weaknessNameIn(json, cwe);
      if (row === undefined) {
        addWeakness.run(cwe, name, atMs, atMs);
        made('weakness', cwe);
      } else if (name !== null) nameWeakness.run(name, cwe);
      weaknesses.set(cwe, isKnown || name !== null);
    },
    linked: (kind, id) => {
      if (!fresh[kind].has(id)) linked[kind].add(id);
    },
    noteLinked: () => {
      for (const kind of kinds) {
        for (const id of linked[kind]) touch[kind].run(atMs, id);
        linked[kind].clear();
      }
    },
    forget: () => {
      vendors.clear();
      products.clear();
      assigners.clear();
      weaknesses.clear();
      for (const kind of kinds) {
        fresh[kind].clear();
        linked[kind].clear();
      }
    },
  };
};

const idOf = (row: Readonly<Record<string, unknown>> | undefined): number | null => {
  const id = row?.['id'];
  return typeof id === 'number' ? id : null;
};
