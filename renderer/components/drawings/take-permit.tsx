import { PermitBack, Reader } from './permit.tsx';

/** The permit coming out of the slot towards the person. */
export function TakePermitDrawing() {
  return (
    <svg className="drawing" viewBox="0 0 800 680" aria-hidden="true" focusable="false">
      <Reader
        card={
          <g className="moves-out">
            <PermitBack x={250} y={250} />
            <path className="drawing-arrow" d="M400 496v130M346 576l54 54 54-54" />
          </g>
        }
      />
    </svg>
  );
}
