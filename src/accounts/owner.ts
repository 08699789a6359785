/** The owner of a meter and of credentials: a subscription, a person, a project or an organisation. */
export type Owner =
  | { readonly kind: 'subscription' | 'user' | 'organization'; readonly id: string }
  | { readonly kind: 'project'; readonly id: number };

/** projectOwnerId is a project as owner: `prj_12`. */
export const projectOwnerId = (projectId: number): string => `prj_${projectId}`;

/** parseOwner reads an owner id, or returns null for what is none. */
export const parseOwner = (ownerId: string): Owner | null => {
  const [prefix = '', rest = ''] = ownerId.split('_', 2);
  switch (prefix) {
    case 'sub':
      return { kind: 'subscription', id: ownerId };
    case 'usr':
      return { kind: 'user', id: ownerId };
    case 'org':
      return { kind: 'organization', id: ownerId };
    case 'prj':
      return /^[1-9]\d{0,14}$/.test(rest) ? { kind: 'project', id: Number(rest) } : null;
    default:
      return null;
  }
};
