/** The RPC interface of a Lobby, and the shapes that cross it. */
import type { Situation } from '#domain/floor/availability';
import type { Availability } from '#protocol';

/**
 * The dispatcher's latest announcement. Of two the one with the greater count is the later, whichever arrives first.
 */
export interface Said {
  readonly state: Availability;
  readonly count: number;
  /** The campaign has as many waiting conversations as it may have. Earlier versions did not say. */
  readonly full?: boolean;
}

export interface LobbyActor {
  /** Stores an announcement of the dispatcher and passes it to the widgets. Repeated, or late, it changes nothing. */
  tell(said: Said): void;
  /** For Workers of an earlier version. */
  read(account: string, campaign: string): Promise<Availability>;
  /** The availability, and whether the queue is full. */
  situation(account: string, campaign: string): Promise<Situation>;
  /** A socket's upgrade. */
  fetch(request: Request): Response | Promise<Response>;
}
