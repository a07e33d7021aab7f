/** The canned responses that the agent has used last in this browser: they are listed first where nothing is typed. */
import type { Indexed } from '#domain/canned/match';
import type { CannedResponse } from '#protocol';
import { keep, kept } from '../kept.ts';

const most = 20;

export class Recent {
  #ids = $state.raw<readonly string[]>([]);

  constructor(private readonly key: string) {
    this.#ids = kept(key)?.split(' ') ?? [];
  }

  used(id: string): void {
    this.#ids = [id, ...this.#ids.filter((each) => each !== id)].slice(0, most);
    keep(this.key, this.#ids.join(' '));
  }

  /** The same responses, the ones used last before the others. */
  first(responses: readonly Indexed<CannedResponse>[]): readonly Indexed<CannedResponse>[] {
    const places = new Map(this.#ids.map((id, place) => [id, place]));
    const recent = responses
      .filter(({ response }) => places.has(response.id))
      .sort((a, b) => (places.get(a.response.id) ?? 0) - (places.get(b.response.id) ?? 0));
    return recent.length === 0
      ? responses
      : [...recent, ...responses.filter(({ response }) => !places.has(response.id))];
  }
}
