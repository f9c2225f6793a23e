import type { Dialog } from '../../main/contract/views.ts';
import { useSurroundings } from '../applicant/surroundings.ts';
import { money } from '../i18n/format.ts';
import { PrimaryButton, SecondaryButton } from './action-buttons.tsx';
import { CountdownRing } from './countdown.tsx';
import { Modal } from './modal.tsx';

export function DialogOver({ dialog }: { readonly dialog: Dialog }) {
  switch (dialog.kind) {
    case 'idle':
      return <IdleDialog dialog={dialog} />;
    case 'confirmLeave':
      return <ConfirmLeaveDialog paidFen={dialog.paidFen} />;
    case 'staffCalled':
      return <StaffCalledDialog />;
  }
}

function IdleDialog({ dialog }: { readonly dialog: Extract<Dialog, { kind: 'idle' }> }) {
  const { say, send } = useSurroundings();
  const stay = () => send({ type: 'activity' });
  return (
    <Modal
      name="idle"
      title={say('screens.idle.title')}
      onBeside={stay}
      actions={<PrimaryButton label={say('screens.idle.stay')} action="more-time" onPress={stay} />}
    >
      <div className="modal-countdown">
        <CountdownRing
          deadline={dialog.deadline}
          seconds={dialog.seconds}
          label={say('screens.idle.countdown', { seconds: dialog.seconds })}
        />
        <p>{say('screens.idle.detail')}</p>
      </div>
    </Modal>
  );
}

function ConfirmLeaveDialog({ paidFen }: { readonly paidFen: number }) {
  const { say, send } = useSurroundings();
  return (
    <Modal
      name="confirmLeave"
      title={say('screens.confirmLeave.title')}
      actions={
        <>
          <PrimaryButton
            label={say('screens.confirmLeave.stay')}
            action="close-dialog"
            onPress={() => send({ type: 'closeDialog' })}
          />
          <SecondaryButton
            label={say('screens.confirmLeave.leave')}
            action="confirm-leave"
            onPress={() => send({ type: 'confirmLeave' })}
          />
        </>
      }
    >
      <p>{say('screens.confirmLeave.document')}</p>
      <p>
        {paidFen > 0
          ? say('screens.confirmLeave.paid', { amount: money(paidFen) })
          : say('screens.confirmLeave.unpaid')}
      </p>
    </Modal>
  );
}

function StaffCalledDialog() {
  const { say, send } = useSurroundings();
  return (
    <Modal
      name="staffCalled"
      title={say('screens.staffCalled.title')}
      actions={
        <PrimaryButton
          label={say('screens.staffCalled.close')}
          action="close-dialog"
          onPress={() => send({ type: 'closeDialog' })}
        />
      }
    >
      <p>{say('screens.staffCalled.detail')}</p>
    </Modal>
  );
}
