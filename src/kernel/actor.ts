/** Who changes something, for the audit log: a signed-in person, a program, the operator's command line, or the server. */
export interface Actor {
  readonly kind: 'user' | 'credential' | 'operator' | 'system';
  /** User id or credential id; empty for operator and system. */
  readonly id: string;
  /** E-mail address, or name and prefix of a credential: personal data, kept apart from the chained entry. */
  readonly name: string;
  /** The client's address, or null where there is none. */
  readonly address: string | null;
  readonly client: string;
  readonly correlationId: string;
  /**
   * Of a credential: the owner (`org_…`) whose things it may change, set where the gate has let it in with the scope that
   * the operation asks for. Absent: a credential changes nothing.
   */
  readonly within?: string;
  /** Of a credential: the user id of who made it, whose rights bound its own. Absent or empty: the operator. */
  readonly maker?: string;
}

export const operatorActor: Actor = {
  kind: 'operator',
  id: '',
  name: 'operator',
  address: null,
  client: 'command line',
  correlationId: '',
};

export const systemActor: Actor = { ...operatorActor, kind: 'system', name: 'system', client: '' };
