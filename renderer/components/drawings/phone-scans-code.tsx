/** A phone held in front of the code. */
export function PhoneScansCode() {
  return (
    <svg className="drawing drawing-small" viewBox="0 0 240 240" aria-hidden="true" focusable="false">
      <path className="drawing-stroke" d="M18 60V22h38M184 22h38v38M222 180v38h-38M56 218H18v-38" />
      <rect className="drawing-phone" x="72" y="34" width="96" height="172" rx="16" />
      <path className="drawing-phone-line" d="M108 190h24" />
      <path className="drawing-scan-line" d="M40 112h160" />
    </svg>
  );
}
