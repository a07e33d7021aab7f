/**
 * Who sees which conversation (F42): the account's rule over what the floor knows of owners and groups. The floor's own tabs are
 * shown what is within sight; a conversation is told who may follow it, and keeps to that itself.
 */
import { maySee, seesAll, type Viewer } from '#domain';
import type { FloorRow, Role, Sees } from '#protocol';
import type { Duty } from '../alarm.ts';
import type { Host, Socket } from '../host.ts';
import type { Registers } from '../registers.ts';
import type { Floor, KnownAgent } from './floor.ts';
import type { DispatcherRegisters } from './storage.ts';

/** How long whoever changes the account may take, in milliseconds. */
const rereadAfter = 3_000;

/** What a floor's socket is. */
export interface Watcher {
  readonly at: number;
  readonly id: string;
  readonly roles: readonly Role[];
}

export interface SightEnds {
  /** Reads the account's rule. */
  read(): Promise<Sees>;
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
    return this.#registers.get('sees') ?? 'all';
  }

  get duties(): Duty[] {
    const reread: Duty = {
      name: 'reread',
      next: () => this.#registers.get('rereadAt') ?? null,
      run: () => this.reread(),
    };
    const telling: Duty = {
      name: 'sight',
      next: () => ((this.#registers.get('untold') ?? []).length > 0 ? 0 : null),
      run: () => this.#tell(),
    };
    return [reread, telling];
  }

  /** What of the floor a tab may be shown; null where it is all. */
  of(socket: Socket): ((row: FloorRow) => boolean) | null {
    const watcher = socket.deserializeAttachment() as Partial<Watcher> | null;
    const { id = '', roles = [] } = watcher ?? {};
    if (this.rule === 'all' || seesAll({ roles })) return null;
    const viewer = { id, roles, groups: this.#floor.agent(id)?.groups ?? [] };
    return (row) => this.#sees(viewer, row);
  }

  /** A conversation has said what it is. */
  rowChanged(before: FloorRow | undefined, row: FloorRow): void {
    if (this.rule !== 'all' && before?.owner?.id !== row.owner?.id) this.#tellSoon([row.id]);
  }

  /** An agent has said what they are: in other groups they see other conversations, and others see theirs. */
  agentChanged(before: KnownAgent | undefined, agent: KnownAgent): void {
    if (this.rule !== 'groups' || before?.groups?.join() === agent.groups?.join()) return;
    this.#tellAll();
  }

  /** The account is about to change: see Agent `expectChange`. */
  expectChange(): void {
    this.#registers.set('rereadAt', this.#host.now() + rereadAfter);
    this.#ends.arm();
  }

  async reread(): Promise<void> {
    const rule = await this.#ends.read();
    if (rule !== this.rule) {
      this.#registers.set('sees', rule);
      this.#tellAll();
    }
    this.#registers.delete('rereadAt');
  }

  #tellAll(): void {
    this.#floor.resend();
    this.#tellSoon(this.#floor.owned().map(({ id }) => id));
  }

  #tellSoon(conversations: readonly string[]): void {
    const untold = new Set([...(this.#registers.get('untold') ?? []), ...conversations]);
    this.#registers.set('untold', [...untold]);
    this.#host.background(this.#tell().catch(() => this.#ends.arm()));
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

  #sees(viewer: Viewer, { owner }: FloorRow): boolean {
    const groups = owner ? (this.#floor.agent(owner.id)?.groups ?? []) : [];
    return maySee(viewer, this.rule, owner && { id: owner.id, groups });
  }
}

/** By their groups alone: what their roles allow, the conversation asks itself. */
function viewerOf({ id, groups = [] }: KnownAgent): Viewer {
  return { id, groups, roles: [] };
}
