/**
 * Messages with files. A file is claimed from its sender's actor for one message, before the message is written, so
 * that no file is in two messages. A claim whose message was never written is given back, here or by the sender's
 * sweep, which asks.
 */
import { idOf } from '#domain/conversation/parties';
import { isRefusal, refuse, type Party, type Principal, type Refusal } from '#protocol';
import { report } from '../../runtime/report.ts';
import type { ClaimedFile, FileSender, Holding } from '../contracts/files.ts';
import type { Done, MessageCommand } from '../contracts/conversation.ts';
import type { Env } from '../env.ts';
import { agentStub, handedOn, visitorStub } from '../stubs.ts';
import type { ConversationCore } from './core.ts';

type Name = Pick<ConversationCore['self'], 'account' | 'id'>;
type Sender = Promised<Pick<FileSender, 'claimFiles' | 'settleClaim'>>;
/** Finds the actor of a sender; undefined if they have none, and so no files. */
export type SenderOf = (account: string, kind: 'visitor' | 'agent', id: string) => Sender | undefined;

export const senderIn =
  (env: Env): SenderOf =>
  (account, kind, id) =>
    kind === 'agent' ? agentStub(env, account, id) : visitorStub(env, account, id);

export class Claims {
  readonly #senderOf: SenderOf;
  readonly #background: (work: Promise<unknown>) => void;
  /** The messages that are about to be decided, with the number of attempts. */
  readonly #pending = new Map<string, number>();

  constructor(senderOf: SenderOf, background: (work: Promise<unknown>) => void) {
    this.#senderOf = senderOf;
    this.#background = background;
  }

  /** Performs a message with files. `stays`: the sender may still send when the files are claimed. */
  async send(
    core: ConversationCore,
    by: Party,
    command: MessageCommand,
    principal?: Principal,
    stays: () => boolean = () => true,
  ): Promise<Done | Refusal> {
    const decided = core.judge(by, command, principal);
    if (decided) return decided;
    return this.with(core.self, by, command, (claimed) =>
      stays() ? core.perform(by, command, principal, claimed) : refuse('signed_out'),
    );
  }

  /** Claims the files of a message and decides at once, with no await in between. */
  async with<T extends object>(
    self: Name,
    by: Party,
    command: MessageCommand,
    decide: (claimed: readonly ClaimedFile[]) => T | Refusal,
  ): Promise<T | Refusal> {
    const { id, files = [] } = command;
    if (files.length === 0) return decide([]);
    const sender =
      (by.kind === 'agent' || by.kind === 'visitor') && this.#senderOf(self.account, by.kind, by.id);
    if (!sender) return refuse('not_found', { field: 'files' });
    const key = keyOf(by, id);
    this.#pending.set(key, (this.#pending.get(key) ?? 0) + 1);
    try {
      const claimed = handedOn(await sender.claimFiles(files, self.id, id));
      if (isRefusal(claimed)) return claimed;
      const decision = decide(claimed);
      this.#settle(sender, self, id, !isRefusal(decision));
      return decision;
    } catch (error) {
      report('files_not_claimed', error);
      return refuse('unavailable');
    } finally {
      const left = (this.#pending.get(key) ?? 1) - 1;
      if (left > 0) this.#pending.set(key, left);
      else this.#pending.delete(key);
    }
  }

  /** For a sender who has a claim: `absent` if no attempt of before can write the message any more. */
  holding(core: ConversationCore | undefined, by: Party, command: string): Holding {
    if (core?.journal.holds(by, command)) return 'written';
    return this.#pending.has(keyOf(by, command)) ? 'pending' : 'absent';
  }

  /** Its failure loses nothing: the sweep of the sender asks. */
  #settle(sender: Sender, { id }: Name, command: string, written: boolean): void {
    const told = sender.settleClaim(id, command, written);
    this.#background(told.catch((error: unknown) => report('claim_not_settled', error)));
  }
}

/** The methods of an actor as another one calls them. */
type Promised<T> = {
  [K in keyof T]: T[K] extends (...asked: infer A) => infer R ? (...asked: A) => Promise<Awaited<R>> : never;
};

const keyOf = (by: Party, command: string) => `${idOf(by)} ${command}`;
