import { SecondaryButton } from '../../components/action-buttons.tsx';
import { CountdownRing } from '../../components/countdown.tsx';
import { PhoneScansCode } from '../../components/drawings/phone-scans-code.tsx';
import { Frame } from '../../components/frame.tsx';
import { QrCode } from '../../components/qr-code.tsx';
import { groupedByFour, money } from '../../i18n/format.ts';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

export function PayView({ view }: ViewProps<'pay'>) {
  const { say, send } = useSurroundings();
  const amount = money(view.amountFen);
  return (
    <Frame
      title={say('screens.pay.title', { amount })}
      lead={say('screens.pay.lead')}
      picture={
        <div className="payment">
          <div className="payment-code">
            <QrCode text={view.codeText} label={say('screens.pay.code', { amount })} />
          </div>
          <div className="payment-side">
            <PhoneScansCode />
            <p className="payment-wallets">{say('screens.pay.wallets')}</p>
          </div>
        </div>
      }
      note={
        <div className="payment-time">
          <CountdownRing deadline={view.deadline} seconds={view.seconds} label={say('screens.pay.closes')} />
          <div>
            <p>{say('screens.pay.closes')}</p>
            <p className="payment-order">
              {say('screens.pay.order', { number: groupedByFour(view.orderNumber) })}
            </p>
          </div>
        </div>
      }
      actions={
        <SecondaryButton
          label={say('screens.pay.cancel')}
          action="cancel"
          onPress={() => send({ type: 'leave' })}
        />
      }
    />
  );
}
