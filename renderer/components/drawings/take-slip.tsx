/** The slip coming out of the printer. */
export function TakeSlip() {
  return (
    <svg className="drawing drawing-small" viewBox="0 0 240 240" aria-hidden="true" focusable="false">
      <g className="moves-out">
        <path className="drawing-paper" d="M62 70h116v138l-19-12-20 12-19-12-20 12-19-12-20 12-19-12z" />
        <path className="drawing-lines" d="M84 110h72M84 136h50M84 162h62" />
      </g>
      <path className="drawing-device" d="M16 26a16 16 0 0 1 16-16h176a16 16 0 0 1 16 16v56H16z" />
      <rect className="drawing-slot" x="44" y="62" width="152" height="16" rx="8" />
    </svg>
  );
}
