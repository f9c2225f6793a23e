/** A face straight before the camera, without glasses, mask or hat. */
export function FaceToCamera() {
  return (
    <svg className="drawing" viewBox="0 0 800 420" aria-hidden="true" focusable="false">
      <rect className="drawing-device" x="70" y="110" width="150" height="200" rx="28" />
      <circle className="drawing-lens" cx="145" cy="190" r="42" />
      <circle className="drawing-light" cx="145" cy="272" r="10" />
      <path className="drawing-gaze" d="M240 190h210" />
      <path
        className="drawing-person"
        d="M580 60c-76 0-118 54-118 136 0 92 52 166 118 166s118-74 118-166c0-82-42-136-118-136z"
      />
      <path className="drawing-features" d="M530 190h20M610 190h20M580 200v44M540 292c24 18 56 18 80 0" />
    </svg>
  );
}
