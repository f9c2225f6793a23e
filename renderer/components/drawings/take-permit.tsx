import { PermitBack, ReaderFront } from './permit.tsx';

/** The permit coming out of the slot, and a hand that takes it. */
export function TakePermitDrawing() {
  return (
    <svg className="drawing" viewBox="0 0 800 720" aria-hidden="true" focusable="false">
      <g className="moves-out">
        <path
          className="drawing-hand"
          d="M250 720V610c0-50 24-84 60-108l52-34c24-16 52 14 34 38l-34 44h92c24 0 40 14 40 36 0 16-8 26-20 32 16 6 24 18 24 32 0 18-10 28-24 32 12 6 18 14 18 26v12z"
        />
        <PermitBack x={250} y={270} />
        <path
          className="drawing-hand"
          d="M262 720c-6-70 8-120 40-160l44-56c20-26 58-2 44 28l-30 66c44 10 70 40 74 122z"
        />
      </g>
      <ReaderFront />
    </svg>
  );
}
