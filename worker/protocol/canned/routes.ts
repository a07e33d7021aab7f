/** The routes of canned responses (CAN-1). */
import * as v from 'valibot';
import { FileId, ForumId, ResponseId } from '../base/ids.ts';
import { maxImportBytes } from '../base/limits.ts';
import { file, route } from '../base/route.ts';
import { Upload } from '../files/files.ts';
import {
  CopyBody,
  Forum,
  ForumBody,
  ForumFile,
  ForumsList,
  ForumUses,
  ImportQuery,
  ImportReport,
  Removed,
  ResponseBody,
  ResponseDetails,
} from './canned.ts';

const ofForum = { forum: ForumId };
const ofResponse = { forum: ForumId, response: ResponseId };

export const list = route('GET /api/forums', {
  right: 'canned.use',
  summary: 'Lists the account’s forums and the user’s own',
  answer: ForumsList,
});

export const add = route('POST /api/forums', {
  right: 'canned.write',
  summary: 'Adds a forum',
  body: ForumBody,
  answer: Forum,
});

export const change = route('PATCH /api/forums/:forum', {
  right: 'canned.write',
  summary: 'Changes a forum’s title and campaigns',
  params: ofForum,
  body: ForumBody,
  answer: Forum,
});

export const remove = route('DELETE /api/forums/:forum', {
  right: 'canned.write',
  summary: 'Removes a forum; it can be restored for 10 seconds',
  params: ofForum,
  answer: Removed,
});

export const restore = route('POST /api/forums/:forum/restore', {
  right: 'canned.write',
  summary: 'Restores a removed forum',
  params: ofForum,
  answer: Forum,
});

export const responses = route('GET /api/forums/:forum/responses', {
  right: 'canned.use',
  summary: 'Returns all responses of a forum, with an ETag',
  params: ofForum,
  answer: ForumFile,
});

export const uses = route('GET /api/forums/:forum/uses', {
  right: 'canned.use',
  summary: 'Returns how often the responses of a forum were used',
  params: ofForum,
  answer: ForumUses,
});

/* A user without `canned.write` changes responses of their own forum only. */

export const getResponse = route('GET /api/forums/:forum/responses/:response', {
  right: 'canned.use',
  summary: 'Returns a response, with its texts before the last change',
  params: ofResponse,
  answer: ResponseDetails,
});

export const putResponse = route('PUT /api/forums/:forum/responses/:response', {
  right: 'canned.use',
  summary: 'Adds or changes a response',
  params: ofResponse,
  body: ResponseBody,
  answer: ResponseDetails,
});

export const removeResponse = route('DELETE /api/forums/:forum/responses/:response', {
  right: 'canned.use',
  summary: 'Removes a response; it can be restored for 10 seconds',
  params: ofResponse,
  answer: Removed,
});

export const restoreResponse = route('POST /api/forums/:forum/responses/:response/restore', {
  right: 'canned.use',
  summary: 'Restores a removed response',
  params: ofResponse,
  answer: ResponseDetails,
});

export const importFile = route('POST /api/forums/:forum/import', {
  right: 'canned.use',
  summary: 'Imports responses from a CSV file, and reports faulty lines',
  params: ofForum,
  query: ImportQuery,
  body: { ...file(['text/csv']), maxBytes: maxImportBytes },
  answer: ImportReport,
});

export const exportFile = route('GET /api/forums/:forum/export', {
  right: 'canned.use',
  summary: 'Returns all responses of a forum as a CSV file',
  params: ofForum,
  answer: file(['text/csv']),
});

/* Files of responses, for every user who can read the forum. */

const ofFile = { file: FileId };

export const readFile = route('GET /api/canned/files/:file', {
  right: 'canned.use',
  counted: 'files',
  summary: 'Returns a file of a response',
  params: ofFile,
  query: v.object({ save: v.optional(v.literal('1')) }),
  answer: file(['*/*']),
});

export const readThumbnail = route('GET /api/canned/files/:file/thumbnail', {
  right: 'canned.use',
  counted: 'files',
  summary: 'Returns the small image of a file of a response',
  params: ofFile,
  answer: file(['image/jpeg', 'image/png']),
});

export const copyFile = route('POST /api/canned/files/:file/copy', {
  right: 'canned.use',
  counted: 'files',
  summary: 'Copies a file of a response to a complete upload of the user',
  params: ofFile,
  body: CopyBody,
  answer: Upload,
});
