/** Who may do what: one table, asked by HTTP, sockets and actors alike. Every right ends at the account's border. */
import type { Action, Principal, Role } from '#protocol';

/** What is acted on, as far as rights depend on it. */
export interface Resource {
  readonly account?: string;
  readonly visitor?: string;
}

const agents: readonly Role[] = ['agent', 'supervisor', 'administrator'];
const managers: readonly Role[] = ['supervisor', 'administrator'];

export interface Right {
  /** Each of these roles holds it … */
  readonly roles: readonly Role[];
  /** … where it belongs to the console, only with access to that. */
  readonly console: boolean;
}

/** Which roles of the account hold a right. */
export const rights: Readonly<Record<Exclude<Action, 'deployment.operate'>, Right>> = {
  'conversation.follow': { roles: agents, console: false },
  'conversation.write': { roles: agents, console: false },
  'conversation.take': { roles: agents, console: false },
  'conversation.assign': { roles: managers, console: true },
  'floor.watch': { roles: agents, console: false },
  'conversation.history': { roles: managers, console: true },
  'settings.read': { roles: managers, console: true },
  'settings.write': { roles: ['administrator'], console: true },
  'people.read': { roles: managers, console: true },
  'people.write': { roles: ['administrator'], console: true },
  'reports.read': { roles: managers, console: true },
  'audit.read': { roles: ['administrator'], console: true },
};

/** What nobody does who is offline. */
const assisting: readonly Action[] = ['conversation.follow', 'conversation.write', 'conversation.take'];

/** Whether it is their status alone that keeps somebody from it. */
export function needsOnline(principal: Principal, action: Action, resource: Resource = {}): boolean {
  const isOffline = principal.kind === 'user' && principal.offline === true;
  return isOffline && assisting.includes(action) && can({ ...principal, offline: false }, action, resource);
}

/** The one question. */
export function can(principal: Principal, action: Action, resource: Resource = {}): boolean {
  if (principal.kind === 'operator') return action === 'deployment.operate';
  if (action === 'deployment.operate') return false;
  if (resource.account !== undefined && resource.account !== principal.account) return false;
  if (principal.kind === 'visitor') {
    const own = action === 'conversation.follow' || action === 'conversation.write';
    return own && resource.visitor === principal.id;
  }
  if (principal.mustEnroll) return false;
  if (principal.offline && assisting.includes(action)) return false;
  const right = rights[action];
  return (!right.console || principal.manages) && right.roles.some((role) => principal.roles.includes(role));
}
