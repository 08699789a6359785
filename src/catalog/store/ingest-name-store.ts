import type { DatabaseSync } from 'node:sqlite';

/** Ids of vendors, products and assigners, given out as names appear. Held in memory: each name is looked up often. */
export interface NameIds {
  readonly vendor: (name: string) => number;
  readonly product: (vendorId: number, name: string) => number;
  readonly assigner: (orgId: string, name: string) => number;
  /** forget drops what is held; needed after a rollback, when ids that were given out no longer exist. */
  readonly forget: () => void;
}

export const createNameIds = (db: DatabaseSync): NameIds => {
  const findVendor = db.prepare('select id from vendor where name = ?');
  const addVendor = db.prepare('insert into vendor (name) values (?)');
  const findProduct = db.prepare('select id from product where vendor_id = ? and name = ?');
  const addProduct = db.prepare('insert into product (vendor_id, name) values (?, ?)');
  const findAssigner = db.prepare('select id, name from assigner where org_id = ?');
  const addAssigner = db.prepare('insert into assigner (org_id, name) values (?, ?)');
  const renameAssigner = db.prepare('update assigner set name = ? where id = ?');
  const vendors = new Map<string, number>();
  const products = new Map<string, number>();
  const assigners = new Map<string, { id: number; name: string }>();

  return {
    vendor: (name) => {
      let id = vendors.get(name);
      if (id === undefined) {
        id = idOf(findVendor.get(name)) ?? Number(addVendor.run(name).lastInsertRowid);
        vendors.set(name, id);
      }
      return id;
    },
    product: (vendorId, name) => {
      const key = `${vendorId}\0${name}`;
      let id = products.get(key);
      if (id === undefined) {
        id = idOf(findProduct.get(vendorId, name)) ?? Number(addProduct.run(vendorId, name).lastInsertRowid);
        products.set(key, id);
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
    forget: () => {
      vendors.clear();
      products.clear();
      assigners.clear();
    },
  };
};

const idOf = (row: Readonly<Record<string, unknown>> | undefined): number | null => {
  const id = row?.['id'];
  return typeof id === 'number' ? id : null;
};
