/**
 * Sends offers to screens without delay to the agent who is asked and the user who transfers, and with the floor to
 * supervisors.
 */
import { seesAll } from '#domain/floor/sight';
import type { Offer, OffersFrame, Outcome } from '#protocol';
import type { Host, Socket } from '../../runtime/host.ts';
import type { Reader } from '../contracts/dispatcher.ts';
import { sendTo } from './floor.ts';
import type { Ledger } from './ledger.ts';
import type { Hold } from './storage.ts';

/** An offer as it crosses the wire. */
export function offerOf({ conversation, generation, agent, name, at, terms }: Hold): Offer {
  const { by, note, expiresAt } = terms ?? {};
  return {
    ...{ conversation, generation, agent: { id: agent, name }, at, expiresAt: expiresAt ?? at },
    ...(by && { from: { id: by.id, name: by.name } }),
    ...(note !== undefined && { note }),
  };
}

export class Offers {
  readonly #host: Host;
  readonly #ledger: Ledger;

  constructor(host: Host, ledger: Ledger) {
    this.#host = host;
    this.#ledger = ledger;
  }

  /** The offers that a tab is shown. */
  shownTo(watcher: Reader): Offer[] {
    const all = seesAll(watcher);
    return this.#ledger
      .offers()
      .filter(({ agent, terms }) => all || agent === watcher.id || terms?.by?.id === watcher.id)
      .map(offerOf);
  }

  begun(hold: Hold): void {
    this.#tell(hold, { offers: [offerOf(hold)], over: [] });
  }

  over(hold: Hold, outcome: Outcome): void {
    this.#tell(hold, { offers: [], over: [{ ...offerOf(hold), outcome }] });
  }

  #tell({ agent, terms }: Hold, what: Pick<OffersFrame, 'offers' | 'over'>): void {
    const frame: OffersFrame = { t: 'offers', now: this.#host.now(), ...what };
    const text = JSON.stringify(frame);
    const sockets = new Set<Socket>([
      ...this.#host.sockets(agent),
      ...(terms?.by ? this.#host.sockets(terms.by.id) : []),
      ...this.#host.sockets(supervising),
    ]);
    for (const socket of sockets) sendTo(socket, text);
  }
}

/** The tag of sockets that see everything. */
export const supervising = 'supervising';
