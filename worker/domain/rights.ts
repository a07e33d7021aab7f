/** Who may do what: one table, asked by HTTP, sockets and actors alike. Every right ends at the account's border. */
import type { Role } from '#protocol';

/** The one who asks. A visitor acts only through their own conversations. */
export type Principal =
  | { kind: 'user'; account: string; id: string; name: string; roles: readonly Role[]; session: string }
  | { kind: 'visitor'; account: string; id: string; site: string }
  | { kind: 'operator' };

export type Action =
  | 'conversation.follow'
  | 'conversation.write'
  | 'conversation.take'
  | 'conversation.history'
  | 'floor.watch'
  | 'settings.read'
  | 'settings.write'
  | 'deployment.operate';

/** What is acted on, as far as rights depend on it. */
export interface Resource {
  readonly account?: string;
  readonly visitor?: string;
}

const agents: readonly Role[] = ['agent', 'supervisor', 'administrator'];
const managers: readonly Role[] = ['supervisor', 'administrator'];

/** Which roles of the account hold a right. */
export const rights: Readonly<Record<Exclude<Action, 'deployment.operate'>, readonly Role[]>> = {
  'conversation.follow': agents,
  'conversation.write': agents,
  'conversation.take': agents,
  'conversation.history': managers,
  'floor.watch': agents,
  'settings.read': managers,
  'settings.write': ['administrator'],
};

/** The one question. */
export function can(principal: Principal, action: Action, resource: Resource = {}): boolean {
  if (principal.kind === 'operator') return action === 'deployment.operate';
  if (action === 'deployment.operate') return false;
  if (resource.account !== undefined && resource.account !== principal.account) return false;
  if (principal.kind === 'visitor') {
    const own = action === 'conversation.follow' || action === 'conversation.write';
    return own && resource.visitor === principal.id;
  }
  return rights[action].some((role) => principal.roles.includes(role));
}
