/** Texts for the assignment modes. */
import { assignments, type Assignment } from '#protocol';
import { m } from '#words/app';

export const assignmentWords: Readonly<Record<Assignment, () => string>> = {
  manual: m.account_assignment_manual,
  offered: m.account_assignment_offered,
  assigned: m.account_assignment_assigned,
};
const hints: Readonly<Record<Assignment, () => string>> = {
  manual: m.account_assignment_manual_hint,
  offered: m.account_assignment_offered_hint,
  assigned: m.account_assignment_assigned_hint,
};

export const assignmentOptions = () =>
  assignments.map((value) => ({ value, label: assignmentWords[value](), hint: hints[value]() }));
