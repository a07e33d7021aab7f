/** Texts for routing decisions. */
import type { Reason } from '#domain/routing/routing';
import type { Decision } from '#protocol';
import { m } from '#words/app';
import { getLocale } from '#words/app/runtime';
import { isolated } from '$lib/chat/names.ts';
import { colleagues } from '$lib/people/colleagues.svelte.ts';

type Names = Readonly<Record<string, string>>;

const reasonWords: Readonly<Record<Reason, (inputs: { names: string }) => string>> = {
  not_agent: m.why_not_agent,
  away: m.why_away,
  status: m.why_status,
  full: m.why_full,
  considering: m.why_considering,
  had_chance: m.why_had_chance,
  later: m.why_later,
  method: m.why_method,
};
const outcomeWords = {
  accepted: m.why_accepted,
  declined: m.why_declined,
  expired: m.why_expired,
  withdrawn: m.why_withdrawn,
  refused: m.why_refused,
} as const;

const nameOf = (id: string, names: Names) =>
  isolated(colleagues.nameOf({ id, name: names[id] ?? m.why_somebody() }));

export function decisionWords(decision: Decision, names: Names): string {
  if (decision.kind === 'nobody') return m.why_nobody();
  if (decision.kind === 'stalled') return m.why_stalled({ count: decision.passes });
  if (decision.kind === 'sent') return m.why_sent({ by: nameOf(decision.by, names) });
  const name = nameOf(decision.agent, names);
  switch (decision.kind) {
    case 'offered':
      return m.why_offered({ name });
    case 'assigned':
      return m.why_assigned({ name });
    case 'taken':
      return m.why_taken({ name });
    case 'passed':
      return m.why_passed({ name, by: nameOf(decision.by, names) });
    case 'given':
      return m.why_given({ name, by: nameOf(decision.by, names) });
    case 'outcome':
      return outcomeWords[decision.outcome]({ name });
  }
}

/** The agents who were passed over, a line for each reason. */
export function reasonLines(
  passedOver: Readonly<Record<string, { readonly agents: readonly string[]; readonly more: number }>>,
  names: Names,
): { why: string; text: string }[] {
  const list = new Intl.ListFormat(getLocale(), { type: 'conjunction' });
  return Object.entries(passedOver).map(([why, { agents, more }]) => {
    const named = agents.map((id) => nameOf(id, names));
    const all = more > 0 ? [...named, m.why_more({ count: more })] : named;
    const words = reasonWords[why as Reason] as ((inputs: { names: string }) => string) | undefined;
    // A later server may send reasons that this page doesn't know.
    return { why, text: words?.({ names: list.format(all) }) ?? list.format(all) };
  });
}
