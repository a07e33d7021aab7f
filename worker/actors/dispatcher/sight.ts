/**
 * Decides who sees which conversation (F42): applies the account's visibility rule to the floor's owners and groups.
 * Tabs on the floor receive only the conversations that they may see. An open conversation is sent the list of agents
 * who may follow it. A closed one asks at each upgrade; from then on it is notified of changes, even after it has left
 * the floor. An offer is visible to the agent who is asked.
 */
import { maySee, seesAll, type Viewer } from '#domain/floor/sight';
import { assists } from '#domain/people/status';
import type { FloorRow, Sees } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host, Socket } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { Reader, Seen } from '../contracts/dispatcher.ts';
import { attachmentOf } from './attachment.ts';
import type { Floor, KnownAgent } from './floor.ts';
import { Followed } from './followed.ts';
import type { DispatcherRegisters, Hold } from './storage.ts';

export interface SightEnds {
  /** The account's visibility rule. */
  rule(): Sees;
  /** The agents whose capacity a conversation uses or reserves: its owner, and an agent who is asked to take it. */
  holders(conversation: string): readonly string[];
  /**
   * Sends a conversation the agents who may follow it, beside those who see all; null for everybody. Returns true if
   * any agent follows whose access depends on the rule.
   */
  tell(conversation: string, viewers: readonly string[] | null): Promise<boolean>;
  arm(): void;
}

export class Sight {
  readonly #registers: Registers<DispatcherRegisters>;
  readonly #host: Host;
  readonly #floor: Floor;
  readonly #ends: SightEnds;
  /** Closed conversations with tabs of agents whose access depends on the rule. */
  readonly #followed: Followed;

  constructor(registers: Registers<DispatcherRegisters>, host: Host, floor: Floor, ends: SightEnds) {
    this.#registers = registers;
    this.#host = host;
    this.#floor = floor;
    this.#ends = ends;
    this.#followed = new Followed(host.sql);
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

  /** A filter for the rows that a tab may be shown; null if it is shown all. */
  of(socket: Socket): ((row: FloorRow) => boolean) | null {
    const watcher = attachmentOf(socket);
    if (!watcher || this.#isOffline(watcher)) return () => false;
    const { id, roles } = watcher;
    if (this.rule === 'all' || seesAll({ roles })) return null;
    const viewer = { id, roles, groups: this.#groupsOf(id) };
    return (row) => this.#sees(viewer, seenOf(row));
  }

  /**
   * True if a user may read a conversation, on the floor or off it: every access to a conversation checks this. An
   * owner whom the floor does not know is in no group.
   */
  mayRead({ id, roles }: Reader, conversation: Seen): boolean {
    const viewer = { id, roles, groups: this.#groupsOf(id) };
    return !this.#isOffline(viewer) && this.#sees(viewer, conversation);
  }

  /** True if an agent may open a closed conversation, which is notified of changes from now on. */
  admits(reader: Reader, conversation: Seen): boolean {
    if (!this.mayRead(reader, conversation)) return false;
    if (conversation.owner !== null) this.isFollowed(conversation.id, conversation.owner);
    return true;
  }

  /** A closed conversation has tabs of agents whose access depends on the rule. */
  isFollowed(conversation: string, owner: string): void {
    const unsure = this.#followed.note(conversation, owner);
    if (unsure.length > 0) this.#tellSoon(unsure);
  }

  /** A conversation's row has changed. */
  rowChanged(before: FloorRow | undefined, row: FloorRow): void {
    if (this.rule !== 'all' && before?.owner?.id !== row.owner?.id) this.#tellSoon([row.id]);
  }

  /**
   * Capacity for a conversation was reserved or freed. An agent who is offered a colleague's conversation sees it
   * until the offer ends. Their tabs get the row at once, before the offer.
   */
  holdChanged(hold: Hold): void {
    const row = this.#floor.row(hold.conversation);
    if (this.rule === 'all' || !row?.owner || row.owner.id === hold.agent) return;
    if (hold.state === 'offered') this.#floor.showNow(row.id, hold.agent);
    this.#floor.touch(row.id);
    this.#tellSoon([row.id]);
  }

  /** An agent's data have changed: in other groups they see other conversations, and others see theirs. */
  agentChanged(before: KnownAgent | undefined, agent: KnownAgent): void {
    if (before && assists(before.status) !== assists(agent.status)) this.#floor.resend(agent.id);
    if (this.rule !== 'groups' || before?.groups?.join() === agent.groups?.join()) return;
    this.#tellAll();
  }

  /** The account's visibility rule has changed. */
  ruleChanged(): void {
    this.#tellAll();
  }

  #tellAll(): void {
    this.#floor.resend();
    this.#tellSoon([...this.#floor.owned().map(({ id }) => id), ...this.#followed.ids()]);
  }

  #tellSoon(conversations: readonly string[]): void {
    const untold = new Set([...(this.#registers.get('untold') ?? []), ...conversations]);
    this.#registers.set('untold', [...untold]);
    // After the present event as a whole: an accepted offer becomes a reservation in two steps.
    const telling = Promise.resolve().then(() => this.#tell());
    this.#host.background(telling.catch(() => this.#ends.arm()));
    this.#ends.arm();
  }

  /** Sends one after the other; a list that changes while it is sent is sent again. */
  async #tell(): Promise<void> {
    for (;;) {
      const [next] = this.#registers.get('untold') ?? [];
      if (next === undefined) return;
      const viewers = JSON.stringify(this.#viewersOf(next));
      const stamp = this.#followed.stampOf(next);
      const isFollowed = await this.#ends.tell(next, JSON.parse(viewers) as string[] | null);
      if (JSON.stringify(this.#viewersOf(next)) !== viewers) continue;
      // Not if an upgrade was admitted meanwhile.
      if (!isFollowed && stamp !== undefined) this.#followed.drop(next, stamp);
      const left = (this.#registers.get('untold') ?? []).filter((id) => id !== next);
      this.#registers.set('untold', left);
    }
  }

  #viewersOf(id: string): string[] | null {
    if (this.rule === 'all') return null;
    const row = this.#floor.row(id);
    const owner = row ? (row.owner?.id ?? null) : this.#followed.ownerOf(id);
    // A conversation that is no longer known admits only its owner, whom it knows itself.
    if (owner === undefined) return [];
    if (owner === null) return null;
    const agents = this.#floor.agents().filter((agent) => this.#sees(viewerOf(agent), { id, owner }));
    return [...new Set([owner, ...agents.map((agent) => agent.id)])];
  }

  #sees(viewer: Viewer, { id, owner, mentioned = [] }: Seen): boolean {
    if (mentioned.includes(viewer.id) || this.#ends.holders(id).includes(viewer.id)) return true;
    return maySee(viewer, this.rule, owner === null ? null : { id: owner, groups: this.#groupsOf(owner) });
  }

  /** An offline agent does not assist, and sees no conversations; supervisors watch those who do (F19). */
  #isOffline({ id, roles }: Reader): boolean {
    const known = this.#floor.agent(id);
    return known !== undefined && !assists(known.status) && !seesAll({ roles });
  }

  #groupsOf(id: string): readonly string[] {
    return this.#floor.agent(id)?.groups ?? [];
  }
}

const seenOf = ({ id, owner }: FloorRow): Seen => ({ id, owner: owner?.id ?? null });

/** By their groups alone: the conversation itself checks what their roles allow. */
function viewerOf({ id, groups = [] }: KnownAgent): Viewer {
  return { id, groups, roles: [] };
}
