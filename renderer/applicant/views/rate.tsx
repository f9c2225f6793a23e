import { SecondaryButton } from '../../components/action-buttons.tsx';
import { RatingFace } from '../../components/drawings/rating-face.tsx';
import { Frame } from '../../components/frame.tsx';
import { Pressable } from '../../components/pressable.tsx';
import { useSurroundings } from '../surroundings.ts';

const scores = [
  { score: 5, label: 'screens.rate.score.5' },
  { score: 4, label: 'screens.rate.score.4' },
  { score: 3, label: 'screens.rate.score.3' },
  { score: 2, label: 'screens.rate.score.2' },
  { score: 1, label: 'screens.rate.score.1' },
] as const;

export function RateView() {
  const { screenful, say, send } = useSurroundings();
  const { viewId } = screenful;
  return (
    <Frame
      title={say('screens.rate.title')}
      lead={say('screens.rate.lead')}
      work={
        <div className="ratings">
          {scores.map(({ score, label }) => (
            <Pressable
              key={score}
              className="rating"
              action={`rate-${score}`}
              onPress={() => send({ type: 'rate', viewId, score })}
            >
              <RatingFace score={score} />
              <span>{say(label)}</span>
            </Pressable>
          ))}
        </div>
      }
      actions={
        <SecondaryButton
          label={say('screens.rate.skip')}
          action="proceed"
          onPress={() => send({ type: 'proceed', viewId })}
        />
      }
    />
  );
}
