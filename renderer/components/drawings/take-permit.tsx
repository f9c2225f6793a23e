import { PermitBack, ReaderFront } from './permit.tsx';

/** The permit coming out of the slot towards the person. */
export function TakePermitDrawing() {
  return (
    <svg className="drawing" viewBox="0 0 800 640" aria-hidden="true" focusable="false">
      <g className="moves-out">
        <PermitBack x={250} y={250} />
        <path className="drawing-arrow" d="M400 500v84M366 552l34 34 34-34" />
      </g>
      <ReaderFront />
    </svg>
  );
}
