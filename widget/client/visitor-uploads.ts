/** The requests of a visitor's uploads. The first one opens a session. */
import type { Done, Upload } from '#protocol';
import { putBytes, type UploadsApi } from './uploads-api.ts';
import { signedOut, type Answer } from './visitor-api.ts';
import type { VisitorChat } from './visitor.ts';

export function visitorUploads(chat: Pick<VisitorChat, 'api' | 'session'>): UploadsApi {
  const { api, session } = chat;
  const site = `?site=${api.site}` as const;
  /** A credential that another tab has replaced is found by asking for the session. */
  const found = async <T>(answer: Answer<T>): Promise<Answer<T>> => {
    if (!signedOut(answer)) return answer;
    await session.renew();
    return { lost: true };
  };
  return {
    async begin(body) {
      const signed = await session.open();
      if (signed !== 'next') return signed;
      return found(
        await api.ask<'POST /api/widget/files'>('POST', '/api/widget/files', { ...body, site: api.site }),
      );
    },
    async part(id, part, bytes, watch) {
      const { bearer } = api;
      const headers = {
        'content-type': 'application/octet-stream',
        ...(bearer && { authorization: bearer }),
      };
      const url = new URL(`/api/widget/files/${id}/parts/${part}${site}`, api.base);
      return found(await putBytes<Upload>(url, bytes, headers, watch));
    },
    thumbnail: async (id, image) =>
      found(
        await api.ask<'PUT /api/widget/files/:file/thumbnail'>(
          'PUT',
          `/api/widget/files/${id}/thumbnail${site}`,
          image,
        ),
      ),
    complete: async (id) =>
      found(
        await api.ask<'POST /api/widget/files/:file/complete'>(
          'POST',
          `/api/widget/files/${id}/complete${site}`,
        ),
      ),
    cancel: (id): Promise<Answer<Done>> =>
      api.ask<'DELETE /api/widget/files/:file'>('DELETE', `/api/widget/files/${id}${site}`),
  };
}
