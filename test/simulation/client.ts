/** The real client on a simulated network. */
import { ConversationClient } from '#client/conversation';
import type { Environment, Wire } from '#client/environment';
import { memoryOutbox, type Outbox } from '#client/outbox';
import { closeCodes, ping, pong, type Attachment, type Party, type Role } from '#protocol';
import { readerOf, type Reader } from '../../worker/actors/conversation/audience.ts';
import { ServerSocket, type SimulatedServer } from './server.ts';

/** The probability of each fault, per frame or per connection. */
export interface Faults {
  loss: number;
  doubling: number;
  delay: number;
  blackHole: number;
  cut: number;
}

export const calm: Faults = { loss: 0, doubling: 0, delay: 5, blackHole: 0, cut: 0 };

export class SimulatedClient {
  readonly outbox: Outbox = memoryOutbox();
  readonly by: Extract<Party, { id: string }>;
  client: ConversationClient;
  /** Ids of all sent commands, without those that were refused. */
  sent: string[] = [];
  /** The refusals of commands that another reader’s change has made impossible. */
  readonly refused: string[] = [];
  #wires = new Set<SimulatedWire>();

  constructor(
    readonly server: SimulatedServer,
    readonly faults: Faults,
    by: Extract<Party, { id: string }>,
    readonly roles: readonly Role[] = ['agent'],
  ) {
    this.by = by;
    this.client = this.#make();
    void this.client.start();
  }

  send(text: string, quote?: number): void {
    this.sent.push(this.client.send(text, { quote }));
  }

  edit(target: number, text: string): void {
    this.sent.push(this.client.edit(target, text));
  }

  delete(target: number): void {
    this.sent.push(this.client.delete(target));
  }

  note(text: string): void {
    this.sent.push(this.client.command({ t: 'note.add', text }));
  }

  get reader(): Reader {
    return readerOf(this.attachment());
  }

  /** Reloads the page: memory is lost, the outbox stays. */
  reload(): void {
    this.client.end();
    for (const wire of this.#wires) wire.cut();
    this.client = this.#make();
    void this.client.start();
  }

  /** Breaks every connection; the client notices at once or later. */
  cut(): void {
    for (const wire of this.#wires) wire.cut();
  }

  #make(): ConversationClient {
    const { world } = this.server;
    const env: Environment = {
      connect: () => {
        const wire = new SimulatedWire(this);
        this.#wires.add(wire);
        return wire;
      },
      now: () => world.now,
      random: () => world.random(),
      bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(world.random() * 256)),
      after: (delay, task) => world.after(delay, task),
      onWake: () => () => undefined,
    };
    return new ConversationClient({
      env,
      side: this.by.kind === 'agent' ? 'agent' : 'visitor',
      me: this.by.id,
      outbox: this.outbox,
      url: () => 'simulated:',
      protocols: () => [],
      originals: this.reader === 'supervisor' || this.server.mutations.unrevisedViews === true,
      onDoubt: () => Promise.resolve(true),
      onRefused: ({ id, frame }, { code }) => {
        this.sent = this.sent.filter((other) => other !== id);
        this.refused.push(`${frame.t} ${code}`);
        this.client.commands.discard(id);
        return true;
      },
    });
  }

  attachment(): Attachment {
    const { by } = this;
    const common = { id: by.id, hello: false, at: this.server.world.now };
    return by.kind === 'visitor'
      ? { side: 'visitor', ...common }
      : { side: 'agent', ...common, name: by.name, roles: [...this.roles], session: 'ses' };
  }

  forget(wire: SimulatedWire): void {
    this.#wires.delete(wire);
  }
}

class SimulatedWire implements Wire {
  readyState = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  #socket: ServerSocket | undefined;
  #dead = false;
  #lastUp = 0;

  constructor(private readonly owner: SimulatedClient) {
    const { world } = owner.server;
    world.after(this.#latency(), () => {
      if (this.readyState !== 0) return;
      this.#socket = new ServerSocket(
        owner.by.kind === 'agent' ? 'agent' : 'visitor',
        owner.attachment(),
        owner.server,
        (text) => this.#down(text),
        (code) => world.after(this.#latency(), () => this.#closed(code)),
      );
      owner.server.sockets.push(this.#socket);
      this.readyState = 1;
      this.onopen?.(undefined as never);
    });
  }

  send(data: string): void {
    const { server, faults } = this.owner;
    const { world } = server;
    if (world.chance(faults.blackHole)) this.#dead = true;
    if (this.#dead || !this.#socket) return;
    const socket = this.#socket;
    const times = world.chance(faults.doubling) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      // Upwards a connection keeps its order; it loses frames only at its end.
      this.#lastUp = Math.max(this.#lastUp, world.now + this.#latency());
      world.after(this.#lastUp - world.now, () => {
        if (this.#dead || !socket.open) return;
        if (data === ping) {
          socket.lastPing = world.now;
          this.#down(pong);
        } else server.take(socket, data);
      });
    }
    if (world.chance(faults.cut)) world.after(world.random() * 20, () => this.cut());
  }

  close(): void {
    this.readyState = 3;
    this.owner.forget(this);
    const socket = this.#socket;
    if (socket && !this.#dead)
      this.owner.server.world.after(this.#latency(), () => this.owner.server.closed(socket));
  }

  /** Breaks the connection. Each end notices, sooner or later. */
  cut(): void {
    const socket = this.#socket;
    this.#closed(1006);
    if (socket) this.owner.server.world.after(this.#latency(), () => this.owner.server.closed(socket));
  }

  /** Downwards a single frame may be lost (as in a runtime that shuts down), doubled, or overtaken. */
  #down(text: string): void {
    const { server, faults } = this.owner;
    if (this.#dead || server.world.chance(faults.loss)) return;
    const times = server.world.chance(faults.doubling) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      server.world.after(this.#latency(), () => {
        if (this.readyState === 1 && !this.#dead) this.onmessage?.({ data: text });
      });
    }
  }

  #closed(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    if (code === closeCodes.lagging && !this.#dead) this.owner.server.lagging++;
    this.owner.forget(this);
    this.onclose?.({ code });
  }

  #latency(): number {
    return this.owner.server.world.random() * this.owner.faults.delay;
  }
}
