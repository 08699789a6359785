import type { Generated, SelectType } from 'kysely';

/** `?` when it may be null, `=` when the database fills it in, `serial` for a number that the database draws. */
export type Kind = 'text' | 'text?' | 'text=' | 'int' | 'int?' | 'int=' | 'serial';
type PlainKindOf<Value> = [Value] extends [string]
  ? 'text'
  : [Value] extends [number]
    ? 'int'
    : [Value] extends [string | null]
      ? 'text?'
      : 'int?';
type KindOf<Name, Value> = [Value] extends [Generated<infer Read>]
  ? null extends Read
    ? PlainKindOf<Read>
    : Name extends 'id' | 'number'
      ? 'serial'
      : `${Extract<PlainKindOf<Read>, 'text' | 'int'>}=`
  : PlainKindOf<SelectType<Value>>;

/** Tables as their interfaces say; the compiler refuses a list when an interface has another column or type. */
export type ExpectedTables<Tables> = {
  [Table in keyof Tables]: {
    [Column in keyof Tables[Table]]: KindOf<Column, Tables[Table][Column]>;
  };
};
