const mouths = {
  1: 'M30 74c10-14 30-14 40 0',
  2: 'M32 70c10-7 26-7 36 0',
  3: 'M32 66h36',
  4: 'M32 62c10 8 26 8 36 0',
  5: 'M28 58c8 20 36 20 44 0z',
} as const;

export function RatingFace({ score }: { readonly score: keyof typeof mouths }) {
  return (
    <svg className="rating-face" viewBox="0 0 100 100" aria-hidden="true" focusable="false">
      <circle className="rating-head" cx="50" cy="50" r="44" />
      <circle className="rating-eye" cx="35" cy="40" r="5" />
      <circle className="rating-eye" cx="65" cy="40" r="5" />
      <path className="rating-mouth" d={mouths[score]} />
    </svg>
  );
}
