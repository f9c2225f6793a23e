/** A phone with the code in its finder. */
export function PhoneScansCode() {
  return (
    <svg className="drawing drawing-small" viewBox="0 0 240 240" aria-hidden="true" focusable="false">
      <rect className="drawing-phone" x="50" y="8" width="140" height="224" rx="22" />
      <path className="drawing-phone-line" d="M104 212h32" />
      <path className="drawing-finder" d="M74 92V64h28M138 64h28v28M166 128v28h-28M102 156H74v-28" />
      <path
        className="drawing-modules"
        d="M92 82h20v20H92zM128 82h20v20h-20zM92 118h20v20H92zM128 118h8v8h-8zM140 130h8v8h-8z"
      />
    </svg>
  );
}
