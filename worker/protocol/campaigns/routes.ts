/** The routes of campaigns (SET-1). */
import { CampaignId } from '../base/ids.ts';
import { route } from '../base/route.ts';
import { Campaign, CampaignBody, CampaignsList } from './campaign.ts';

export const list = route('GET /api/campaigns', {
  right: 'settings.read',
  summary: 'Lists the account’s campaigns',
  answer: CampaignsList,
});

export const add = route('POST /api/campaigns', {
  right: 'settings.write',
  summary: 'Adds a campaign',
  body: CampaignBody,
  answer: Campaign,
});

export const change = route('PATCH /api/campaigns/:id', {
  right: 'settings.write',
  summary: 'Changes a campaign',
  params: { id: CampaignId },
  body: CampaignBody,
  answer: Campaign,
});
