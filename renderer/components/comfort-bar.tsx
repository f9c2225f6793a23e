import type { ReactNode } from 'react';
import { useSurroundings } from '../applicant/surroundings.ts';
import { ContrastIcon, LanguageIcon, LargeTextIcon, LeaveIcon, LowReachIcon, StaffIcon } from './icons.tsx';
import { Pressable } from './pressable.tsx';

/** The bar at the foot of every screen: how to read it, how to leave it, how to call for help. */
export function ComfortBar({ onLanguages }: { readonly onLanguages: () => void }) {
  const { screenful, say, send } = useSurroundings();
  const { preferences } = screenful;
  return (
    <nav className="comfort-bar" aria-label={say('screens.bar.label')}>
      <Pressable className="bar-button" action="languages" onPress={onLanguages} aria-haspopup="dialog">
        <LanguageIcon />
        <span>{say('screens.bar.language')}</span>
      </Pressable>
      <Toggle
        action="large-text"
        on={preferences.largeText}
        icon={<LargeTextIcon />}
        label={say('screens.bar.largeText')}
        onPress={() => send({ type: 'setLargeText', on: !preferences.largeText })}
      />
      <Toggle
        action="high-contrast"
        on={preferences.highContrast}
        icon={<ContrastIcon />}
        label={say('screens.bar.highContrast')}
        onPress={() => send({ type: 'setHighContrast', on: !preferences.highContrast })}
      />
      <Toggle
        action="low-reach"
        on={preferences.lowReach}
        icon={<LowReachIcon />}
        label={say('screens.bar.lowReach')}
        onPress={() => send({ type: 'setLowReach', on: !preferences.lowReach })}
      />
      {screenful.canLeave ? (
        <Pressable className="bar-button" action="leave" onPress={() => send({ type: 'leave' })}>
          <LeaveIcon />
          <span>{say('screens.bar.leave')}</span>
        </Pressable>
      ) : (
        <span />
      )}
      <Pressable
        className="bar-button bar-staff"
        action="call-staff"
        onPress={() => send({ type: 'callStaff' })}
      >
        <StaffIcon />
        <span>{say('screens.bar.callStaff')}</span>
      </Pressable>
    </nav>
  );
}

function Toggle({
  action,
  on,
  icon,
  label,
  onPress,
}: {
  readonly action: string;
  readonly on: boolean;
  readonly icon: ReactNode;
  readonly label: string;
  readonly onPress: () => void;
}) {
  return (
    <Pressable className="bar-button" action={action} onPress={onPress} aria-pressed={on}>
      {icon}
      <span>{label}</span>
    </Pressable>
  );
}
