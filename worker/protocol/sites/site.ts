/** A site of an account: a website with a widget. */
import * as v from 'valibot';
import { CampaignId, SiteId } from '../base/ids.ts';
import { Name } from '../base/text.ts';
import { AllowedOrigin } from './allowed-origin.ts';

export const SiteBody = v.strictObject({
  name: Name,
  origins: v.pipe(v.array(AllowedOrigin), v.maxLength(20)),
  /** The campaign that the site's widget runs. */
  campaign: v.nullable(CampaignId),
});

export type SiteBody = v.InferOutput<typeof SiteBody>;

export const Site = v.object({ id: SiteId, ...SiteBody.entries });
export type Site = v.InferOutput<typeof Site>;
export const SitesList = v.object({ sites: v.array(Site) });
