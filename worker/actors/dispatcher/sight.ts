/**
 * Who sees which conversation (F42): the account's rule over what the floor knows of owners and groups. The floor's own tabs are
 * shown what is within sight; a conversation is told who may follow it, and keeps to that itself. An offer is in sight of the agent
 * who is asked.
 */
import { assists, maySee, seesAll, type Viewer } from '#domain';
import type { FloorRow, Role, Sees } from '#protocol';
import type { Duty } from '../alarm.ts';
import type { Host, Socket } from '../host.ts';
import type { Registers } from '../registers.ts';
import type { Floor, KnownAgent } from './floor.ts';
import type { DispatcherRegisters, Place } from './storage.ts';

/** What a floor's socket is. */
export interface Watcher {
  readonly at: number;
  readonly id: string;
  readonly roles: readonly Role[];
}

export interface SightEnds {
  /** The account's rule. */
  rule(): Sees;
  /** The agents for whom a place of a conversation is kept: its owner, and an agent who is asked to take it. */
  holders(conversation: string): readonly string[];
  /** Tells a conversation which agents may follow it, beside those who see all; null for everybody. */
  tell(conversation: string, viewers: readonly string[] | null): Promise<void>;
  arm(): void;
}

export class Sight {
  readonly #registers: Registers<DispatcherRegisters>;
  readonly #host: Host;
  readonly #floor: Floor;
  readonly #ends: SightEnds;

  constructor(registers: Registers<DispatcherRegisters>, host: Host, floor: Floor, ends: SightEnds) {
    this.#registers = registers;
    this.#host = host;
    this.#floor = floor;
    this.#ends = ends;
  }

  get rule(): Sees {
    return this.#ends.rule();
  }

  get duties(): Duty[] {
    const telling: Duty = {
      name: 'sight',
      next: () => ((this.#registers.get('untold') ?? []).length > 0 ? 0 : null),
      run: () => this.#tell(),
    };
    return [telling];
  }

  /** What of the floor a tab may be shown; null where it is all. */
  of(socket: Socket): ((row: FloorRow) => boolean) | null {
    const watcher = socket.deserializeAttachment() as Partial<Watcher> | null;
    const { id = '', roles = [] } = watcher ?? {};
    const known = this.#floor.agent(id);
    // Whoever is offline does not assist, and sees nobody's chats; who supervises looks after those who do (F19).
    if (known && !assists(known.status) && !seesAll({ roles })) return () => false;
    if (this.rule === 'all' || seesAll({ roles })) return null;
    const viewer = { id, roles, groups: known?.groups ?? [] };
    return (row) => this.#sees(viewer, row);
  }

  /** Whether somebody may see a conversation; one that has left the floor only those who see all. */
  sees({ id, roles }: Pick<Watcher, 'id' | 'roles'>, row: FloorRow | undefined): boolean {
    if (seesAll({ roles })) return true;
    const known = this.#floor.agent(id);
    if (!row || (known && !assists(known.status))) return false;
    return this.#sees({ id, roles, groups: known?.groups ?? [] }, row);
  }

  /** Whether a user may read a conversation of this owner, on the floor or from the history (F42). */
  mayRead(
    { id, roles }: Pick<Watcher, 'id' | 'roles'>,
    conversation: { readonly id: string; readonly owner: string | null },
  ): boolean {
    const { owner } = conversation;
    const viewer = { id, roles, groups: this.#floor.agent(id)?.groups ?? [] };
    return this.#sees(viewer, { id: conversation.id, owner: owner === null ? null : { id: owner } });
  }

  /** A conversation has said what it is. */
  rowChanged(before: FloorRow | undefined, row: FloorRow): void {
    if (this.rule !== 'all' && before?.owner?.id !== row.owner?.id) this.#tellSoon([row.id]);
  }

  /**
   * A place of a conversation was added or removed. Whoever is offered a colleague's conversation sees it until the offer is over. The
   * tabs of the agent who is asked get the row at once, before the offer.
   */
  placeChanged(place: Place): void {
    const row = this.#floor.row(place.conversation);
    if (this.rule === 'all' || !row?.owner || row.owner.id === place.agent) return;
    if (place.state === 'offered') this.#floor.showNow(row.id, place.agent);
    this.#floor.touch(row.id);
    this.#tellSoon([row.id]);
  }

  /** An agent has said what they are: in other groups they see other conversations, and others see theirs. */
  agentChanged(before: KnownAgent | undefined, agent: KnownAgent): void {
    if (before && assists(before.status) !== assists(agent.status)) this.#floor.resend(agent.id);
    if (this.rule !== 'groups' || before?.groups?.join() === agent.groups?.join()) return;
    this.#tellAll();
  }

  /** The account says something else now. */
  ruleChanged(): void {
    this.#tellAll();
  }

  #tellAll(): void {
    this.#floor.resend();
    this.#tellSoon(this.#floor.owned().map(({ id }) => id));
  }

  #tellSoon(conversations: readonly string[]): void {
    const untold = new Set([...(this.#registers.get('untold') ?? []), ...conversations]);
    this.#registers.set('untold', [...untold]);
    // After the present change as a whole: an accepted offer is replaced by another place in two steps.
    const telling = Promise.resolve().then(() => this.#tell());
    this.#host.background(telling.catch(() => this.#ends.arm()));
    this.#ends.arm();
  }

  /** One after the other; what changes while one is told is told again. */
  async #tell(): Promise<void> {
    for (;;) {
      const [next] = this.#registers.get('untold') ?? [];
      if (next === undefined) return;
      const viewers = JSON.stringify(this.#viewersOf(next));
      await this.#ends.tell(next, JSON.parse(viewers) as string[] | null);
      if (JSON.stringify(this.#viewersOf(next)) !== viewers) continue;
      const left = (this.#registers.get('untold') ?? []).filter((id) => id !== next);
      this.#registers.set('untold', left);
    }
  }

  #viewersOf(conversation: string): string[] | null {
    const row = this.#floor.row(conversation);
    if (this.rule === 'all' || !row?.owner) return null;
    const agents = this.#floor.agents().filter((agent) => this.#sees(viewerOf(agent), row));
    return [...new Set([row.owner.id, ...agents.map(({ id }) => id)])];
  }

  #sees(
    viewer: Viewer,
    { id, owner }: { readonly id: string; readonly owner: { readonly id: string } | null },
  ): boolean {
    if (this.#ends.holders(id).includes(viewer.id)) return true;
    const groups = owner ? (this.#floor.agent(owner.id)?.groups ?? []) : [];
    return maySee(viewer, this.rule, owner && { id: owner.id, groups });
  }
}

/** By their groups alone: what their roles allow, the conversation asks itself. */
function viewerOf({ id, groups = [] }: KnownAgent): Viewer {
  return { id, groups, roles: [] };
}
