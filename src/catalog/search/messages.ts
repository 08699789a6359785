import type { ErrorCode } from '../../kernel/index.ts';
import type {
  CatalogStatistics,
  DirectoryPage,
  DirectoryQuery,
  KevQuery,
  ListQuery,
  NamedEntry,
  ProductsQuery,
  WeaknessEntry,
  WeaknessesQuery,
} from '../types.ts';
import type { ListAnswer } from './engine.ts';

/** What the search thread is asked. */
export type Question =
  | { readonly kind: 'load' }
  | { readonly kind: 'list'; readonly query: ListQuery }
  | { readonly kind: 'kev'; readonly query: KevQuery }
  | { readonly kind: 'vendors'; readonly query: DirectoryQuery }
  | { readonly kind: 'products'; readonly query: ProductsQuery }
  | { readonly kind: 'weaknesses'; readonly query: WeaknessesQuery }
  | { readonly kind: 'statistics' };

/** What it answers, by the kind of the question. */
export interface Answers {
  readonly load: number;
  readonly list: ListAnswer;
  readonly kev: ListAnswer;
  readonly vendors: DirectoryPage<NamedEntry>;
  readonly products: DirectoryPage<NamedEntry>;
  readonly weaknesses: DirectoryPage<WeaknessEntry>;
  readonly statistics: CatalogStatistics;
}

export type Answer = {
  readonly [Kind in keyof Answers]: { readonly kind: Kind; readonly value: Answers[Kind] };
}[keyof Answers];

/** A failure in the shape that crosses threads; the error is built anew on the other side. */
export interface FailureMessage {
  readonly code: ErrorCode;
  readonly message: string;
  readonly internal: string | undefined;
}

export interface QuestionMessage {
  readonly sequence: number;
  readonly question: Question;
}

export type AnswerMessage =
  | { readonly sequence: number; readonly answer: Answer }
  | { readonly sequence: number; readonly failure: FailureMessage };
