/** Files dragged onto a page are refused before the page hears of them. Runs in a preload script. */
export function refuseDroppedFiles(): void {
  const refuse = (event: { preventDefault(): void; stopImmediatePropagation(): void }) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const type of ['dragenter', 'dragover', 'drop']) globalThis.addEventListener?.(type, refuse, true);
}
