/** The routes of an account's people: users, their photos, and groups (USR-1, PHO-1). */
import { AccountId, GroupId, PhotoId, UserId } from '../base/ids.ts';
import { Done, file, route } from '../base/route.ts';
import {
  Group,
  GroupBody,
  GroupsList,
  GroupsQuery,
  NewUserBody,
  SetPassword,
  SetStatusBody,
  SureQuery,
  User,
  UserBody,
  UsersPage,
  UsersQuery,
} from './people.ts';
import { photoTypes } from './photos.ts';

const ofUser = { id: UserId };
const ofGroup = { id: GroupId };

export const listUsers = route('GET /api/users', {
  right: 'people.read',
  summary: 'Returns a page of the account’s users, by name',
  query: UsersQuery,
  answer: UsersPage,
});

export const getUser = route('GET /api/users/:id', {
  right: 'people.read',
  summary: 'Returns a user',
  params: ofUser,
  answer: User,
});

export const addUser = route('POST /api/users', {
  right: 'people.write',
  summary: 'Adds a user',
  body: NewUserBody,
  answer: User,
});

export const changeUser = route('PATCH /api/users/:id', {
  right: 'people.write',
  summary: 'Changes a user',
  params: ofUser,
  query: SureQuery,
  body: UserBody,
  answer: User,
});

export const setPassword = route('PUT /api/users/:id/password', {
  right: 'people.write',
  summary: 'Sets a user’s password',
  params: ofUser,
  body: SetPassword,
  answer: User,
});

export const setStatus = route('PUT /api/users/:id/status', {
  right: 'conversation.assign',
  summary: 'Sets the status of an agent who is signed in',
  params: ofUser,
  body: SetStatusBody,
  answer: Done,
});

export const inviteUser = route('POST /api/users/:id/invite', {
  right: 'people.write',
  summary: 'Sends the mail again that invites a user or asks them to confirm an email',
  params: ofUser,
  answer: Done,
});

export const dropPendingEmail = route('DELETE /api/users/:id/pending-email', {
  right: 'people.write',
  summary: 'Cancels the change of a user’s email that its owner has not confirmed',
  params: ofUser,
  answer: User,
});

export const removeSecondFactor = route('DELETE /api/users/:id/second-factor', {
  right: 'people.write',
  summary: 'Removes the second factor of a user who has lost it',
  params: ofUser,
  answer: Done,
});

export const deleteUser = route('DELETE /api/users/:id', {
  right: 'people.write',
  summary: 'Deletes a user; the user can be restored',
  params: ofUser,
  answer: User,
});

export const restoreUser = route('POST /api/users/:id/restore', {
  right: 'people.write',
  summary: 'Restores a deleted user',
  params: ofUser,
  answer: User,
});

/* Photos. */

export const setPhoto = route('PUT /api/users/:id/photo', {
  right: 'people.write',
  summary: 'Sets a user’s photo',
  params: ofUser,
  body: file(photoTypes),
  answer: User,
});

export const removePhoto = route('DELETE /api/users/:id/photo', {
  right: 'people.write',
  summary: 'Removes a user’s photo',
  params: ofUser,
  answer: User,
});

export const photo = route('GET /api/photos/:name', {
  right: 'anybody',
  summary: 'Returns the image of a photo',
  params: { name: PhotoId },
  answer: file(photoTypes),
});

export const photoByOldPath = route('GET /api/photos/:account/:user/:name', {
  right: 'anybody',
  summary: 'Returns the image of a photo by its path of an earlier version',
  params: { account: AccountId, user: UserId, name: PhotoId },
  answer: file(photoTypes),
});

/* Groups. */

export const listGroups = route('GET /api/groups', {
  right: 'people.read',
  summary: 'Lists the account’s groups',
  query: GroupsQuery,
  answer: GroupsList,
});

export const addGroup = route('POST /api/groups', {
  right: 'people.write',
  summary: 'Adds a group',
  body: GroupBody,
  answer: Group,
});

export const changeGroup = route('PATCH /api/groups/:id', {
  right: 'people.write',
  summary: 'Changes a group',
  params: ofGroup,
  body: GroupBody,
  answer: Group,
});

export const deleteGroup = route('DELETE /api/groups/:id', {
  right: 'people.write',
  summary: 'Deletes a group; the answer is the same where there was none',
  params: ofGroup,
  answer: Done,
});
