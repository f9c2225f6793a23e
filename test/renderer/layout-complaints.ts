/** What is wrong with how a screen is laid out: cut off, overlapping, scrolling, or too small to read or touch. */

/**
 * Runs in the page, where nothing of this file exists. Answers what is wrong, in words.
 *
 * @param lowReach whether every button has to be within reach from a wheelchair
 */
export function layoutComplaints(lowReach: boolean): string[] {
  const complaints: string[] = [];
  const tolerance = 2;
  const scope = document.querySelector('dialog[open]') ?? document.querySelector('.terminal');
  if (!scope) return ['nothing is shown'];
  const nameOf = (element: Element) =>
    element.getAttribute('data-action') ?? element.className ?? element.tagName;

  const inside = (inner: DOMRect, outer: DOMRect) =>
    inner.left >= outer.left - tolerance &&
    inner.right <= outer.right + tolerance &&
    inner.top >= outer.top - tolerance &&
    inner.bottom <= outer.bottom + tolerance;

  const screen = new DOMRect(0, 0, innerWidth, innerHeight);
  if (
    document.documentElement.scrollHeight > innerHeight ||
    document.documentElement.scrollWidth > innerWidth
  ) {
    complaints.push('the page scrolls');
  }

  // The blocks of a page keep to the page and apart from each other.
  const stage = document.querySelector('.stage');
  if (stage) {
    const page = stage.getBoundingClientRect();
    const blocks = [...stage.children].map((element) => ({ element, box: element.getBoundingClientRect() }));
    for (const { element, box } of blocks) {
      if (box.height > 0 && !inside(box, page)) complaints.push(`${element.className} leaves the page`);
    }
    blocks.forEach((one, index) => {
      for (const other of blocks.slice(index + 1)) {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > tolerance && down > tolerance) {
          complaints.push(`${one.element.className} lies on ${other.element.className}`);
        }
      }
    });
  }

  // Words stay within what carries them, and within the screen.
  const carriers =
    'button, .note, .row, .point, .heading, .pages, .picture, .work, .note-place, .modal-box, .hall-sign, .comfort-bar, .progress-strip';
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent?.trim() || !parent || parent.closest('svg') || !parent.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const line = range.getBoundingClientRect();
    // A line's box is taller than its letters, by about this much above and below.
    const air = 0.18 * Number.parseFloat(getComputedStyle(parent).fontSize);
    const words = new DOMRect(line.x, line.y + air, line.width, line.height - 2 * air);
    if (words.width === 0) continue;
    const quoted = `“${node.textContent.slice(0, 30)}”`;
    if (!inside(words, screen)) complaints.push(`${quoted} leaves the screen`);
    for (
      let carrier = parent.closest(carriers);
      carrier;
      carrier = carrier.parentElement?.closest(carriers) ?? null
    ) {
      if (!inside(words, carrier.getBoundingClientRect())) {
        complaints.push(`${quoted} leaves ${nameOf(carrier)}`);
        break;
      }
    }
    if (Number.parseFloat(getComputedStyle(parent).fontSize) < 18) complaints.push(`${quoted} is too small`);
  }

  // Drawings that teach are large enough to teach.
  for (const drawing of scope.querySelectorAll('.picture')) {
    const box = drawing.getBoundingClientRect();
    if (box.height < 40) complaints.push('the picture has no room');
  }

  // Targets.
  const buttons = [...scope.querySelectorAll('button')].filter((button) =>
    button.checkVisibility({ visibilityProperty: true }),
  );
  const boxes = buttons.map((button) => button.getBoundingClientRect());
  buttons.forEach((button, index) => {
    const box = boxes[index];
    if (!box) return;
    const least = button.matches('.action') ? 96 : 64;
    if (box.height < least || box.width < 64) {
      complaints.push(`${nameOf(button)} is ${Math.round(box.width)}×${Math.round(box.height)}`);
    }
    if (!inside(box, screen)) complaints.push(`${nameOf(button)} leaves the screen`);
    if (lowReach && box.top < innerHeight - 900 - tolerance)
      complaints.push(`${nameOf(button)} is out of low reach`);
    boxes.slice(index + 1).forEach((other, offset) => {
      const across = Math.max(other.left - box.right, box.left - other.right);
      const down = Math.max(other.top - box.bottom, box.top - other.bottom);
      if (Math.max(across, down) < 12) {
        const neighbour = buttons[index + 1 + offset];
        complaints.push(`${nameOf(button)} and ${neighbour ? nameOf(neighbour) : '?'} touch`);
      }
    });
  });
  return complaints;
}
