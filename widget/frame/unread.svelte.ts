/** The agents' messages that the visitor has not seen. */
import { cut } from '#domain/base/text';
import { sideOf } from '#domain/conversation/parties';
import type { EntryOf } from '#protocol';
import * as m from '#words/widget';
import type { News } from '../bridge.ts';
import type { VisitorView } from '../client/visitor.ts';

/** The length of a preview in characters; it shows three lines. */
const longest = 160;

export class Unread {
  readonly #view: () => VisitorView;
  /** The last seq that this page has shown; ahead of the server's mark. */
  #shownTo = $state(0);
  readonly #messages = $derived.by(() => {
    const { unread, entries } = this.#view();
    return unread === 0
      ? []
      : entries.filter(
          (entry): entry is EntryOf<'message.sent'> =>
            entry.kind === 'message.sent' &&
            sideOf(entry.by) === 'agent' &&
            entry.seq > this.#shownTo &&
            !entry.deleted,
        );
  });
  readonly count = $derived.by(() => Math.min(this.#view().unread, this.#messages.length));

  constructor(view: () => VisitorView) {
    this.#view = view;
  }

  /** All loaded messages have been shown. */
  seen(): void {
    this.#shownTo = this.#view().entries.at(-1)?.seq ?? 0;
  }

  /**
   * The latest message, for the preview beside the closed button. `title` stands for an agent without a name; `plain`
   * removes the markup.
   */
  news(title: string, sound: boolean, plain = (text: string) => text): News | undefined {
    const latest = this.#messages.at(-1);
    if (!latest) return undefined;
    const name = ('name' in latest.by && latest.by.name) || title;
    return {
      id: latest.id,
      name,
      text: cut(plain(latest.text) || (latest.files?.[0]?.name ?? ''), longest),
      close: m.dismiss(),
      sound,
    };
  }
}
