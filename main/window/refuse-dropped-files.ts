/** Files dragged onto a page are refused before the page hears of them. Runs in a preload script. */
export function refuseDroppedFiles(): void {
  // A preload script runs in a page, while the rest of `main` is typed for Node, which has no such globals.
  const page = globalThis as unknown as EventTargetOfPage;
  const refuse = (event: DragOfPage) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const type of ['dragenter', 'dragover', 'drop']) page.addEventListener(type, refuse, true);
}

interface DragOfPage {
  preventDefault(): void;
  stopImmediatePropagation(): void;
}

interface EventTargetOfPage {
  addEventListener(type: string, listener: (event: DragOfPage) => void, capture: boolean): void;
}
