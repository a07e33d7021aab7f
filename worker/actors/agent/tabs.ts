/** The sockets of an agent's tabs: which frames each receives, in which order, and how fast each may send. */
import * as bucket from '#domain/base/bucket';
import {
  badFrames,
  closeCodes,
  decodeFrame,
  isRefusal,
  refuse,
  SaveDraft,
  SaveNoteDraft,
  schemaByType,
  SeeMentions,
  SetStatus,
  type AgentClientFrame,
  type AgentServerFrame,
  type Refusal,
} from '#protocol';
import type { Host } from '../../runtime/host.ts';

const frames = schemaByType({
  'draft.save': SaveDraft,
  'note.draft.save': SaveNoteDraft,
  'status.set': SetStatus,
  'mentions.see': SeeMentions,
});

/** The pace of one tab: it saves a draft at most about once a second. */
const framesPerSecond = 5;
const framesAtOnce = 20;

export class Tabs {
  readonly #host: Host;
  readonly #sockets: () => WebSocket[];
  /** The frame with everything that a tab shows. */
  readonly #welcome: () => Promise<AgentServerFrame>;
  /** Frames for tabs that have not received their welcome yet; sent after it. */
  readonly #early = new Map<WebSocket, string[]>();
  /** The pace of each tab, while the actor is awake. */
  readonly #paces = new WeakMap<WebSocket, { frames: bucket.Bucket; bad: number }>();

  constructor(host: Host, sockets: () => WebSocket[], welcome: () => Promise<AgentServerFrame>) {
    this.#host = host;
    this.#sockets = sockets;
    this.#welcome = welcome;
  }

  open(): WebSocket[] {
    return this.#sockets().filter((tab) => tab.readyState === WebSocket.OPEN);
  }

  /** Sends tabs everything that they show; changes in the meantime are sent after it. */
  async greet(tabs: readonly WebSocket[]): Promise<void> {
    const greeted = tabs.filter((tab) => !this.#early.has(tab));
    for (const tab of greeted) this.#early.set(tab, []);
    try {
      const welcome = JSON.stringify(await this.#welcome());
      for (const tab of greeted) {
        if (tab.readyState !== WebSocket.OPEN) continue;
        for (const text of [welcome, ...(this.#early.get(tab) ?? [])]) tab.send(text);
      }
    } finally {
      for (const tab of greeted) this.#early.delete(tab);
    }
  }

  tell(frame: AgentServerFrame, except?: WebSocket): void {
    const text = JSON.stringify(frame);
    for (const tab of this.#sockets()) {
      const early = this.#early.get(tab);
      if (early) early.push(text);
      else if (tab !== except && tab.readyState === WebSocket.OPEN) tab.send(text);
    }
  }

  refuse(tab: WebSocket, { refused, ...rest }: Refusal & { id?: string }): void {
    this.send(tab, { t: 'refused', ...rest, code: refused });
  }

  send(tab: WebSocket, frame: AgentServerFrame): void {
    if (tab.readyState === WebSocket.OPEN) tab.send(JSON.stringify(frame));
  }

  /** Returns a tab's frame if it may send one now; otherwise refuses it. */
  take(tab: WebSocket, data: string | ArrayBuffer): AgentClientFrame | null {
    const frame = decodeFrame<AgentClientFrame>(frames, data);
    const pace = this.#paceOf(tab);
    const taken = bucket.take(pace.frames, framesPerSecond, framesAtOnce, this.#host.now());
    pace.frames = taken.bucket;
    if (isRefusal(frame)) {
      this.refuse(tab, frame);
      if (++pace.bad >= badFrames) tab.close(closeCodes.badFrame, 'too many bad frames');
      return null;
    }
    pace.bad = 0;
    if (taken.wait === 0) return frame;
    const id = 'id' in frame && { id: frame.id };
    this.refuse(tab, { ...refuse('slow_down', { retryAfter: taken.wait }), ...id });
    return null;
  }

  #paceOf(tab: WebSocket): { frames: bucket.Bucket; bad: number } {
    const known = this.#paces.get(tab);
    if (known) return known;
    const pace = { frames: bucket.fill(framesAtOnce, this.#host.now()), bad: 0 };
    this.#paces.set(tab, pace);
    return pace;
  }
}
