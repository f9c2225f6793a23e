/** Re-endorsement (再次签注) of an electronic exit-entry permit for Hong Kong and Macao. */
import type { Service } from '../session/step.ts';
import { checkAnswers } from '../steps/check-answers.ts';
import { checkEligibility } from '../steps/check-eligibility.ts';
import { chooseEndorsement } from '../steps/choose-endorsement.ts';
import { consent } from '../steps/consent.ts';
import { insertPermit } from '../steps/insert-permit.ts';
import { completed } from '../steps/outcomes.ts';
import { payFee } from '../steps/pay-fee.ts';
import { printSlip } from '../steps/print-slip.ts';
import { rateService } from '../steps/rate-service.ts';
import { returnPermit } from '../steps/return-permit.ts';
import { submitApplication } from '../steps/submit-application.ts';
import { verifyPerson } from '../steps/verify-person.ts';
import { writeEndorsement } from '../steps/write-endorsement.ts';

export const endorsement: Service = {
  id: 'endorsement',
  minutes: 3,
  needs: ['cardReader', 'portraitCamera', 'endorsementPrinter', 'receiptPrinter'],
  steps: [
    consent,
    insertPermit,
    checkEligibility,
    verifyPerson,
    chooseEndorsement,
    checkAnswers,
    submitApplication,
    payFee,
    writeEndorsement,
    returnPermit,
    printSlip,
    rateService,
  ],
  always: [returnPermit, printSlip],
  completed: () => completed,
};
