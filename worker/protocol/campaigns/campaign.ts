/** A campaign's settings: one validated document, versioned, beside the columns that are queried. */
import * as v from 'valibot';
import { Name } from '../base/text.ts';
import { Availability } from '../floor/availability.ts';
import { defaultRouting, Routing } from '../routing/routing.ts';

const shortText = (max: number) =>
  v.pipe(
    v.string(),
    v.maxLength(max),
    v.check((text) => text.isWellFormed() && !text.includes('\0'), 'not_text'),
  );

/** Whether the widget asks the visitor for a field before the chat starts. */
export const Asked = v.picklist(['no', 'optional', 'required']);

export const CampaignSettings = v.object({
  /** The document's version: a reader fills in what an older document lacks. */
  version: v.literal(1),
  /** `#rrggbb`; the widget puts black or white on it, whichever is easier to read. */
  color: v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/)),
  /** The window's title and the line below it. */
  title: shortText(60),
  subtitle: shortText(120),
  /** Shown first in an empty conversation, and not part of the log. Empty: nothing is shown. */
  opening: shortText(500),
  /** Shown when a conversation has ended. */
  closing: shortText(500),
  /** Above the questions about name and email. */
  introduction: shortText(500),
  askName: Asked,
  askEmail: Asked,
  /** Agents see a visitor's text before it is sent; the widget tells the visitor so. */
  sneakPreview: v.boolean(),
  /** A conversation without any activity for this time is closed; minutes. */
  idleMinutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_440)),
  /** The agents who are asked, and in which order. */
  routing: v.optional(Routing, defaultRouting),
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
};

export const CampaignBody = v.object({ name: Name, enabled: v.boolean(), settings: CampaignSettings });
export type CampaignBody = v.InferOutput<typeof CampaignBody>;

/**
 * The settings that visitors' browsers receive. Listed one by one, so that a new setting is private until it is listed.
 */
export const WidgetSettings = v.pick(CampaignSettings, [
  'color',
  'title',
  'subtitle',
  'opening',
  'closing',
  'introduction',
  'askName',
  'askEmail',
  'sneakPreview',
]);
export type WidgetSettings = v.InferOutput<typeof WidgetSettings>;

/** Picks the public settings and drops all other fields of the document. */
export function widgetSettingsOf(settings: CampaignSettings): WidgetSettings {
  const picked = Object.keys(WidgetSettings.entries).map((key) => [
    key,
    settings[key as keyof WidgetSettings],
  ]);
  return Object.fromEntries(picked) as WidgetSettings;
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
