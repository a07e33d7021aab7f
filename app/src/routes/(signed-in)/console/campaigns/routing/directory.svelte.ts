/** The users and groups that a level may contain, and those that a level contains already: by their ids. */
import { isRefusal, type Group, type Level, type Refusal, type User } from '#protocol';
import { ask } from '$lib/api.ts';

type Asked = Pick<Level, 'users' | 'groups'>;

export class Directory {
  users = $state.raw<ReadonlyMap<string, User>>(new Map());
  groups = $state.raw<ReadonlyMap<string, Group>>(new Map());
  /** Names of deleted users that a level still contains, as far as they were requested. */
  gone = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** All users and groups are loaded: until then none counts as deleted. */
  complete = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  readonly agents = $derived.by(() =>
    [...this.users.values()].filter(({ roles }) => roles.includes('agent')),
  );
  readonly #askedFor = new Set<string>();

  constructor() {
    void this.load();
  }

  async load(): Promise<void> {
    this.refusal = null;
    const answer = await ask<{ groups: Group[] }>('GET', '/api/groups');
    if (isRefusal(answer)) return this.#fail(answer);
    this.groups = new Map(answer.groups.map((group) => [group.id, group]));
    let after: string | null = '';
    while (after !== null) {
      const query: URLSearchParams = new URLSearchParams({ limit: '100', ...(after && { after }) });
      const page: { users: User[]; next: string | null } | Refusal = await ask('GET', `/api/users?${query}`);
      if (isRefusal(page)) return this.#fail(page);
      this.users = new Map([...this.users, ...page.users.map((user) => [user.id, user] as const)]);
      after = page.next;
    }
    this.complete = true;
  }

  #fail(refusal: Refusal): void {
    this.refusal = refusal;
  }

  /** The agents of a level. */
  agentsOf({ users, groups }: Asked): User[] {
    const named = new Set([...users, ...groups.flatMap((id) => this.groups.get(id)?.members ?? [])]);
    return this.agents.filter(({ id }) => named.has(id));
  }

  /** Requests the name of a deleted user, once. */
  async recall(id: string): Promise<void> {
    if (this.#askedFor.has(id)) return;
    this.#askedFor.add(id);
    const answer = await ask<User>('GET', `/api/users/${id}`);
    if (!isRefusal(answer)) this.gone = new Map([...this.gone, [id, answer.name]]);
  }
}
