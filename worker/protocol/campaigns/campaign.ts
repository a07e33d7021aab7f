/**
 * A campaign's settings, in three types by their audience. The settings that a browser receives are picked, so a new
 * setting reaches no browser until it is in a public type.
 *
 * A setting that is added later is `v.optional(schema, default)`, with the same value in `defaultCampaign`: a console
 * tab that was opened before an upgrade saves without the setting, which then gets the default. A public one also
 * has a default in `widget/frame/greeting.ts`: a customer's page passes the frame the configuration of the time when
 * the page was opened.
 */
import * as v from 'valibot';
import { CampaignId, CodeId } from '../base/ids.ts';
import { maxCodes } from '../base/limits.ts';
import { cleanName, Name } from '../base/text.ts';
import type { CodeChoice } from '../conversation/frames.ts';
import { Availability } from '../floor/availability.ts';
import { defaultRouting, Routing } from '../routing/routing.ts';

const shortText = (max: number) =>
  v.pipe(
    v.string(),
    v.maxLength(max),
    v.check((text) => text.isWellFormed() && !text.includes('\0'), 'not_text'),
  );

/** How the widget asks the visitor for a field: `required` before the first message, `optional` below it. */
export const Asked = v.picklist(['no', 'optional', 'required']);

/** The chat's look and texts. Public: the visitor's browser receives all of it. */
export const CampaignAppearance = v.object({
  /** `#rrggbb`; the widget puts black or white on it, whichever is easier to read. */
  color: v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/)),
  /** The window's title and the line below it. */
  title: shortText(60),
  subtitle: shortText(120),
  /** Sent when a conversation ends. Empty: nothing is sent. */
  closing: shortText(500),
  /** Above the questions about name and email. */
  introduction: shortText(500),
  askName: Asked,
  askEmail: Asked,
  /** Agents see a visitor's text before it is sent; the widget tells the visitor so. */
  sneakPreview: v.boolean(),
});
export type CampaignAppearance = v.InferOutput<typeof CampaignAppearance>;

/** Invitations to write. Public: the loader receives it with the appearance. */
export const CampaignGreetings = v.object({
  /** Shown in an empty chat, and sent when a conversation begins, before the first message. Empty: nothing is sent. */
  opening: shortText(500),
});
export type CampaignGreetings = v.InferOutput<typeof CampaignGreetings>;

/** A success code. An archived one stays in conversations that have it, and can no longer be chosen. */
export const CampaignCode = v.object({
  id: CodeId,
  title: Name,
  archived: v.optional(v.literal(true)),
});
export type CampaignCode = v.InferOutput<typeof CampaignCode>;

/** Two titles are the same if readers cannot tell them apart by more than their case. */
const comparable = (title: string) => cleanName(title).toLowerCase();

/** The position of the first code whose id or title an earlier one has; -1 if there is none. */
export function repeatedCode(codes: readonly CampaignCode[]): number {
  return codes.findIndex(({ id, title }, index) =>
    codes.slice(0, index).some((other) => other.id === id || comparable(other.title) === comparable(title)),
  );
}

/** In the order in which agents choose. No two have the same id or the same title. */
const CampaignCodes = v.pipe(
  v.array(CampaignCode),
  v.maxLength(maxCodes),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const key = repeatedCode(dataset.value);
    const value = dataset.value[key];
    if (!value) return;
    const item = { type: 'array', origin: 'value', input: dataset.value, key, value } as const;
    const title = {
      type: 'object',
      origin: 'value',
      input: value,
      key: 'title',
      value: value.title,
    } as const;
    addIssue({ message: 'repeated', path: [item, title] });
  }),
);

/** The handling of conversations. Private: the server alone reads it. */
export const CampaignRules = v.object({
  /** A conversation without any activity for this time is closed; minutes. */
  idleMinutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_440)),
  /** The agents who are asked, and in which order. */
  routing: v.optional(Routing, defaultRouting),
  /** How agents classify a conversation: the success codes, … */
  codes: v.optional(CampaignCodes, []),
  /** … whether one conversation can have several, … */
  multipleCodes: v.optional(v.boolean(), false),
  /** … and whether an agent needs one to end it. */
  codeRequired: v.optional(v.boolean(), false),
});
export type CampaignRules = v.InferOutput<typeof CampaignRules>;

/** All settings: one document in D1 and on the wire to the console. Each belongs to one of the three audiences. */
export const CampaignSettings = v.object({
  /** The shape's version: a reader fills in what an older document lacks. */
  version: v.literal(1),
  ...CampaignAppearance.entries,
  ...CampaignGreetings.entries,
  ...CampaignRules.entries,
});
export type CampaignSettings = v.InferOutput<typeof CampaignSettings>;

/** The settings of a new campaign. */
export const defaultCampaign: CampaignSettings = {
  version: 1,
  color: '#1f5eff',
  title: 'Chat with us',
  subtitle: 'We usually answer within a few minutes',
  opening: 'Hello! How can we help?',
  closing: 'Thank you for writing to us.',
  introduction: 'Tell us who you are, so that we can get back to you.',
  askName: 'optional',
  askEmail: 'optional',
  sneakPreview: false,
  idleMinutes: 30,
  routing: defaultRouting,
  codes: [],
  multipleCodes: false,
  codeRequired: false,
};

export const CampaignBody = v.object({ name: Name, enabled: v.boolean(), settings: CampaignSettings });
export type CampaignBody = v.InferOutput<typeof CampaignBody>;
export const Campaign = v.object({ id: CampaignId, ...CampaignBody.entries });
export type Campaign = v.InferOutput<typeof Campaign>;
export const CampaignsList = v.object({ campaigns: v.array(Campaign) });

/** The settings that visitors' browsers receive: the two public audiences. */
export const WidgetSettings = v.object({ ...CampaignAppearance.entries, ...CampaignGreetings.entries });
export type WidgetSettings = v.InferOutput<typeof WidgetSettings>;

/** Picks the public settings; a document may hold settings that this version does not know. */
export function widgetSettingsOf(settings: CampaignSettings): WidgetSettings {
  const picked = Object.keys(WidgetSettings.entries).map((key) => [
    key,
    settings[key as keyof WidgetSettings],
  ]);
  return Object.fromEntries(picked) as WidgetSettings;
}

/** The settings that a conversation keeps from its beginning to its end, whatever the campaign's become. */
export interface ConversationSettings {
  readonly idleMinutes: number;
  readonly sneakPreview: boolean;
  /** Seconds without a reply after which an owner loses the conversation; null: never. Absent in earlier versions. */
  readonly forwardAfter?: number | null;
  /** Minutes in which one's own message can be edited and deleted; the account's. Absent: it cannot. */
  readonly editMinutes?: number;
  readonly codes?: CodeChoice;
  /** The texts of the campaign; an absent or empty one is not sent. */
  readonly opening?: string;
  readonly closing?: string;
}

export function conversationSettingsOf(settings: CampaignSettings): ConversationSettings {
  const { idleMinutes, sneakPreview, routing, opening, closing } = settings;
  const codes = codeChoiceOf(settings);
  return {
    ...{ idleMinutes, sneakPreview, forwardAfter: routing.forwardAfter },
    ...(codes && { codes }),
    ...{ opening, closing },
  };
}

/** Undefined without a code to choose: a conversation must not wait for one. */
function codeChoiceOf({ codes, multipleCodes, codeRequired }: CampaignSettings): CodeChoice | undefined {
  const list = codes.filter(({ archived }) => !archived).map(({ id, title }) => ({ id, title }));
  return list.length > 0 ? { list, multiple: multipleCodes, required: codeRequired } : undefined;
}

/** The widget's view of its campaign: public. */
export const WidgetConfig = v.object({
  site: v.string(),
  campaign: v.string(),
  /** The widget's name on the page, in the visitor's language. */
  label: v.optional(v.string()),
  /** The campaign's present availability. */
  availability: v.optional(Availability),
  settings: WidgetSettings,
});
export type WidgetConfig = v.InferOutput<typeof WidgetConfig>;
