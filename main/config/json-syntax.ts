/**
 * Where a JSON text breaks the grammar of RFC 8259. `JSON.parse` tells the place in some cases and not in
 * others, and lets a repeated key silently hide the first; a technician editing a file by hand needs both.
 */

export interface SyntaxProblem {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly expected: string;
  readonly found: string;
}

/** Deeper than any configuration, shallow enough for the stack. */
const deepest = 64;

class Broken extends Error {
  readonly at: number;
  readonly expected: string;
  constructor(at: number, expected: string) {
    super(expected);
    this.at = at;
    this.expected = expected;
  }
}

const blank = /[\t\n\r ]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside a string
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const word = /true|false|null/y;

/** The first place where `text` is not JSON, or repeats a key of the same object; `null` when there is none. */
export function syntaxProblem(text: string): SyntaxProblem | null {
  let at = 0;

  const take = (expression: RegExp): string | null => {
    expression.lastIndex = at;
    const match = expression.exec(text);
    if (match === null) return null;
    at += match[0].length;
    return match[0];
  };
  const skipBlank = () => void take(blank);

  const key = (seen: Set<string>) => {
    const start = at;
    const quoted = take(string);
    if (quoted === null) throw new Broken(at, 'a setting’s name in double quotes');
    if (seen.has(quoted)) throw new Broken(start, 'each setting once');
    seen.add(quoted);
  };

  const members = (close: '}' | ']', depth: number) => {
    at += 1;
    const seen = new Set<string>();
    skipBlank();
    if (text[at] === close) {
      at += 1;
      return;
    }
    for (;;) {
      skipBlank();
      if (close === '}') {
        key(seen);
        skipBlank();
        if (text[at] !== ':') throw new Broken(at, 'a colon');
        at += 1;
      }
      value(depth + 1);
      skipBlank();
      if (text[at] === close) {
        at += 1;
        return;
      }
      if (text[at] !== ',') throw new Broken(at, `a comma or ${close}`);
      at += 1;
    }
  };

  const value = (depth: number): void => {
    if (depth > deepest) throw new Broken(at, `at most ${deepest} levels`);
    skipBlank();
    if (text[at] === '{') members('}', depth);
    else if (text[at] === '[') members(']', depth);
    else if (take(string) === null && take(number) === null && take(word) === null)
      throw new Broken(at, 'a value');
  };

  try {
    value(0);
    skipBlank();
    if (at < text.length) throw new Broken(at, 'the end of the file');
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Broken)) throw thrown;
    const before = text.slice(0, thrown.at).split('\n');
    return {
      line: before.length,
      column: (before.at(-1) ?? '').length + 1,
      expected: thrown.expected,
      found: foundAt(text, thrown.at),
    };
  }
}

function foundAt(text: string, at: number): string {
  if (at >= text.length) return 'the end of the file';
  const rest = text.slice(at, at + 24).split(/[\r\n]/)[0] ?? '';
  return rest === '' ? 'the end of the line' : rest;
}
