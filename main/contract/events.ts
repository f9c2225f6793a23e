/** What an applicant can do. The only input the applicant window has; every event is parsed by this schema in main. */
import { z } from 'zod';
import { languageSchema } from './message.ts';

const onView = { viewId: z.int().nonnegative() };

export const applicantEventSchema = z.discriminatedUnion('type', [
  // on any view
  z.strictObject({ type: z.literal('activity') }),
  z.strictObject({ type: z.literal('setLanguage'), language: languageSchema }),
  z.strictObject({ type: z.literal('setLargeText'), on: z.boolean() }),
  z.strictObject({ type: z.literal('setHighContrast'), on: z.boolean() }),
  z.strictObject({ type: z.literal('setLowReach'), on: z.boolean() }),
  z.strictObject({ type: z.literal('callStaff') }),
  z.strictObject({ type: z.literal('closeDialog') }),
  z.strictObject({ type: z.literal('leave') }),
  z.strictObject({ type: z.literal('confirmLeave') }),
  // on one view
  z.strictObject({ type: z.literal('back'), ...onView }),
  z.strictObject({ type: z.literal('start'), ...onView }),
  z.strictObject({ type: z.literal('chooseService'), ...onView, service: z.string().max(40) }),
  /** The one primary action of a view that has nothing to fill in. */
  z.strictObject({ type: z.literal('proceed'), ...onView }),
  z.strictObject({ type: z.literal('typeMrzInstead'), ...onView }),
  z.strictObject({ type: z.literal('mrzTyped'), ...onView, line: z.string().max(30) }),
  z.strictObject({
    type: z.literal('choosePlaces'),
    ...onView,
    places: z.array(z.enum(['HKG', 'MAC'])).max(2),
  }),
  z.strictObject({ type: z.literal('chooseOption'), ...onView, option: z.string().max(40) }),
  z.strictObject({ type: z.literal('change'), ...onView, row: z.string().max(40) }),
  z.strictObject({ type: z.literal('submit'), ...onView, declared: z.boolean() }),
  z.strictObject({ type: z.literal('rate'), ...onView, score: z.int().min(1).max(5) }),
]);

export type ApplicantEvent = z.infer<typeof applicantEventSchema>;
export type ApplicantEventType = ApplicantEvent['type'];
