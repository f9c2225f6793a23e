/** The mouth of the card unit. Drawn after the card so that the card goes in behind it. */
export function ReaderFront() {
  return (
    <g>
      <path className="drawing-device" d="M40 60a36 36 0 0 1 36-36h648a36 36 0 0 1 36 36v196H40z" />
      <path className="drawing-device" d="M40 250h720v22a36 36 0 0 1-36 36H76a36 36 0 0 1-36-36z" />
      <rect className="drawing-slot" x="206" y="244" width="388" height="36" rx="18" />
      <circle className="drawing-light" cx="690" cy="100" r="18" />
    </g>
  );
}

/** The back of the permit: one field per place, as it is printed. */
export function PermitBack({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g transform={`translate(${x} ${y})`}>
      <rect className="drawing-card" x="3" y="3" width="294" height="214" rx="20" />
      <rect className="drawing-field-first" x="22" y="24" width="256" height="76" rx="8" />
      <text className="drawing-print" x="36" y="60">
        HKG
      </text>
      <path className="drawing-lines" d="M36 80h120M176 80h70" />
      <rect className="drawing-field-second" x="22" y="116" width="256" height="76" rx="8" />
      <text className="drawing-print" x="36" y="152">
        MAC
      </text>
      <path className="drawing-lines" d="M36 172h90" />
    </g>
  );
}
