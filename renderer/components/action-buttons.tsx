import { useSurroundings } from '../applicant/surroundings.ts';
import { BackIcon } from './icons.tsx';
import { Pressable } from './pressable.tsx';

interface ActionProps {
  readonly label: string;
  readonly action: string;
  readonly onPress: () => void;
}

export function PrimaryButton({ label, action, onPress }: ActionProps) {
  return (
    <Pressable className="action action-primary" action={action} onPress={onPress}>
      {label}
    </Pressable>
  );
}

export function SecondaryButton({
  label,
  action,
  onPress,
  expanded,
}: ActionProps & { readonly expanded?: boolean }) {
  return (
    <Pressable className="action action-secondary" action={action} onPress={onPress} aria-expanded={expanded}>
      {label}
    </Pressable>
  );
}

/** Always first in the row, only where going back is possible. */
export function BackButton() {
  const { screenful, say, send } = useSurroundings();
  if (!screenful.canGoBack) return null;
  return (
    <Pressable
      className="action action-secondary action-back"
      action="back"
      onPress={() => send({ type: 'back', viewId: screenful.viewId })}
    >
      <BackIcon />
      {say('screens.action.back')}
    </Pressable>
  );
}
