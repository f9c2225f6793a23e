import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useSurroundings } from '../applicant/surroundings.ts';
import { Pressable } from './pressable.tsx';

export interface PageItem {
  readonly key: string;
  readonly content: ReactNode;
}

interface PagesProps {
  readonly items: readonly PageItem[];
  /** An item that must be in sight at first, such as the one already chosen. */
  readonly startAt?: string | null;
  readonly className?: string;
  readonly role?: 'radiogroup' | 'group' | 'list';
  readonly label?: string;
  /** Something has come to stand above the list and takes room from it. */
  readonly crowded?: boolean;
}

/**
 * A list that never scrolls: what does not fit goes to the next part. All items are laid out once out of sight
 * to learn their heights, then only one part's items are kept.
 */
export function Pages({ items, startAt = null, className = '', role, label, crowded = false }: PagesProps) {
  const { say, screenful } = useSurroundings();
  const outer = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const pager = useRef<HTMLDivElement>(null);
  const [parts, setParts] = useState<readonly (readonly string[])[] | null>(null);
  const [part, setPart] = useState(0);
  const { language, largeText, lowReach } = screenful.preferences;
  const signature = [language, largeText, lowReach, crowded, ...items.map((item) => item.key)].join('\n');

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes the heights asks for a new measure
  useLayoutEffect(() => setParts(null), [signature]);

  useEffect(() => {
    const measureAgain = () => setParts(null);
    window.addEventListener('resize', measureAgain);
    document.fonts.addEventListener('loadingdone', measureAgain);
    return () => {
      window.removeEventListener('resize', measureAgain);
      document.fonts.removeEventListener('loadingdone', measureAgain);
    };
  }, []);

  useLayoutEffect(() => {
    if (parts || !outer.current || !list.current || !pager.current) return;
    const edges = getComputedStyle(outer.current);
    const room =
      outer.current.clientHeight -
      Number.parseFloat(edges.paddingTop) -
      Number.parseFloat(edges.paddingBottom) -
      (list.current.offsetHeight - list.current.clientHeight);
    const gap = Number.parseFloat(getComputedStyle(list.current).rowGap) || 0;
    const boxes = [...list.current.children].map((child) => child.getBoundingClientRect());
    const found = split(
      boxes.map((box) => ({ top: box.top, height: box.height })),
      gap,
      room,
      pager.current.offsetHeight + (Number.parseFloat(edges.rowGap) || 0),
    ).map((indexes) => indexes.map((index) => items[index]?.key ?? ''));
    setParts(found);
    const wanted = startAt === null ? -1 : found.findIndex((keys) => keys.includes(startAt));
    setPart(Math.max(wanted, 0));
  });

  const shown = parts ? items.filter((item) => (parts[part] ?? []).includes(item.key)) : items;
  const paged = parts === null || parts.length > 1;
  return (
    <div ref={outer} className="pages" data-measuring={parts === null || undefined}>
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: a label comes only together with a role that takes it */}
      <div ref={list} className={`pages-list ${className}`} role={role} aria-label={label}>
        {shown.map((item) => (
          <div key={item.key} className="pages-item" role={role === 'list' ? 'listitem' : undefined}>
            {item.content}
          </div>
        ))}
      </div>
      {paged ? (
        <div ref={pager} className="pager">
          <Pressable
            className="pager-button"
            action="previous-part"
            disabled={part === 0}
            onPress={() => setPart(part - 1)}
          >
            {say('screens.pages.previous')}
          </Pressable>
          <span className="pager-count" aria-live="polite">
            {say('screens.pages.count', { number: part + 1, of: parts?.length ?? 1 })}
          </span>
          <Pressable
            className="pager-button"
            action="next-part"
            disabled={parts !== null && part >= parts.length - 1}
            onPress={() => setPart(part + 1)}
          >
            {say('screens.pages.next')}
          </Pressable>
        </div>
      ) : null}
    </div>
  );
}

/** Rows of equal top (a grid's columns) stay together. Heights in CSS px. */
function split(
  boxes: readonly { readonly top: number; readonly height: number }[],
  gap: number,
  room: number,
  pagerHeight: number,
): number[][] {
  const rows: { indexes: number[]; height: number }[] = [];
  let top = Number.NaN;
  boxes.forEach((box, index) => {
    const last = rows.at(-1);
    if (last && Math.abs(box.top - top) < 1) {
      last.indexes.push(index);
      last.height = Math.max(last.height, box.height);
    } else {
      rows.push({ indexes: [index], height: box.height });
      top = box.top;
    }
  });
  const whole = rows.reduce((sum, row) => sum + row.height + gap, -gap);
  if (whole <= room + 1) return [rows.flatMap((row) => row.indexes)];
  const pages: number[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (used + gap + row.height > room - pagerHeight) {
      pages.push([...row.indexes]);
      used = row.height;
    } else {
      pages.at(-1)?.push(...row.indexes);
      used += gap + row.height;
    }
  }
  return pages;
}
