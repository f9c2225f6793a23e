import { PermitBack, Reader } from './permit.tsx';

/** The permit, endorsement side up, going into the slot. */
export function PermitIntoReader() {
  return (
    <svg className="drawing" viewBox="0 0 800 680" aria-hidden="true" focusable="false">
      <Reader
        card={
          <g className="moves-in">
            <PermitBack x={250} y={250} />
            <path className="drawing-arrow" d="M400 630V500M346 554l54-54 54 54" />
          </g>
        }
      />
    </svg>
  );
}
