/** Who may import whom. */
import type { Import } from './read-imports.ts';

export interface Rule {
  readonly name: string;
  /** Files the rule speaks of. */
  readonly from: RegExp;
  readonly allows: (imported: Import) => boolean;
}

export interface Violation extends Import {
  readonly rule: string;
}

const isFile = (to: string) =>
  /^[\w.-]+\/.*\.(ts|tsx|mjs|json|css|svg|html)$/.test(to) && !to.startsWith('@');
const isPackage = (to: string, name: string) => to === name || to.startsWith(`${name}/`);

export const rules: readonly Rule[] = [
  {
    name: 'rules and contract import nothing but each other and zod',
    from: /^main\/(rules|contract)\//,
    allows: ({ to }) => /^main\/(rules|contract)\//.test(to) || isPackage(to, 'zod'),
  },
  {
    name: 'devices know nothing of main',
    from: /^devices\//,
    allows: ({ to }) => !to.startsWith('main/'),
  },
  {
    name: 'steps reach devices, bureau, payments, journal and screen only through their context',
    from: /^main\/steps\//,
    allows: ({ to, kind }) =>
      kind === 'type' ||
      /^main\/(steps|session|rules|contract)\//.test(to) ||
      to === 'main/payments/order-number.ts' ||
      to === 'devices/result.ts' ||
      to === 'devices/permit/mrz.ts',
  },
  {
    name: 'only the entry and its windows import electron',
    from: /^(?!main\/index\.ts$|main\/window\/|test\/|build\/)/,
    allows: ({ to }) => !isPackage(to, 'electron'),
  },
  {
    name: 'renderers import from the contract only',
    from: /^renderer\//,
    allows: ({ to }) =>
      isFile(to)
        ? /^(renderer|main\/contract|assets)\//.test(to)
        : !to.startsWith('node:') && !isPackage(to, 'electron') && !to.startsWith('/'),
  },
  {
    name: 'nothing but the native loader and the simulation imports native-mocks',
    from: /^(?!devices\/native\.ts$|main\/simulation\/|native-mocks\/|test\/)/,
    allows: ({ to }) => !to.startsWith('native-mocks/'),
  },
  {
    name: 'the native loader reaches native-mocks by dynamic import, so that a packaged terminal can be without them',
    from: /^devices\/native\.ts$/,
    allows: ({ to, kind }) => !to.startsWith('native-mocks/') || kind !== 'value',
  },
  {
    name: 'the simulation is reached by dynamic import from the entry or the composition root only',
    from: /^(?!main\/simulation\/|test\/)/,
    allows: ({ from, to, kind }) =>
      !to.startsWith('main/simulation/') ||
      kind === 'type' ||
      (kind === 'dynamic' && (from === 'main/index.ts' || from === 'main/terminal.ts')),
  },
  {
    name: 'what is shipped imports neither tests nor build scripts',
    from: /^(main|devices|renderer|native-mocks)\//,
    allows: ({ to }) => !/^(test|build)\//.test(to),
  },
];

/** The imports that break a rule. */
export function violations(imports: readonly Import[]): Violation[] {
  return imports.flatMap((imported) =>
    rules
      .filter((rule) => rule.from.test(imported.from) && !rule.allows(imported))
      .map((rule) => ({ ...imported, rule: rule.name })),
  );
}

/** Packages that shipped code imports although `npm install --omit=dev` would not bring them. */
export function undeclaredPackages(imports: readonly Import[], dependencies: ReadonlySet<string>): Import[] {
  return imports.filter(({ from, to, kind }) => {
    if (!/^(main|devices)\//.test(from) || from.startsWith('main/simulation/') || kind === 'type')
      return false;
    if (isFile(to) || to.startsWith('node:') || to === '(computed)' || isPackage(to, 'electron'))
      return false;
    const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : to.split('/')[0];
    return !dependencies.has(name ?? '');
  });
}
