import { PermitBack, ReaderFront } from './permit.tsx';

/** The permit, endorsement side up, going into the slot. */
export function PermitIntoReader() {
  return (
    <svg className="drawing" viewBox="0 0 800 640" aria-hidden="true" focusable="false">
      <g className="moves-in">
        <PermitBack x={250} y={290} />
        <path className="drawing-arrow" d="M400 620v-70M366 582l34-34 34 34" />
      </g>
      <ReaderFront />
    </svg>
  );
}
