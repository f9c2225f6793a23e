/**
 * Reads what the files of the tree import. The parser is oxc as vite carries it: dependency-cruiser reads
 * TypeScript only through a TypeScript with a JavaScript API (below 7) or swc, neither of which this tree has.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, Visitor } from 'vite';

export interface Import {
  /** Importing file, from the tree's root, with `/`. */
  readonly from: string;
  /** Imported file from the tree's root, or the name of the package or builtin (`zod`, `node:fs`). */
  readonly to: string;
  readonly kind: 'value' | 'type' | 'dynamic';
  readonly line: number;
}

/** Every import and re-export of the TypeScript and JavaScript files below these folders. */
export function readImports(root: string, folders: readonly string[]): Import[] {
  return folders.flatMap((folder) =>
    sourceFiles(root, folder).flatMap((file) => importsOf(file, readFileSync(path.join(root, file), 'utf8'))),
  );
}

/** The imports of one file. Throws where the file does not parse. */
export function importsOf(file: string, source: string): Import[] {
  const parsed = parseSync(file, source);
  if (parsed.errors.length > 0) throw new Error(`${file}: ${parsed.errors[0]?.message}`);
  const found: Import[] = [];
  const add = (specifier: string, kind: Import['kind'], at: number) => {
    found.push({
      from: file,
      to: resolve(file, specifier),
      kind,
      line: source.slice(0, at).split('\n').length,
    });
  };
  const visitor = new Visitor({
    ImportDeclaration: (node) => {
      const named = node.specifiers;
      const typeOnly =
        node.importKind === 'type' ||
        (named.length > 0 &&
          named.every((name) => name.type === 'ImportSpecifier' && name.importKind === 'type'));
      add(node.source.value, typeOnly ? 'type' : 'value', node.start);
    },
    ExportAllDeclaration: (node) =>
      add(node.source.value, node.exportKind === 'type' ? 'type' : 'value', node.start),
    ExportNamedDeclaration: (node) => {
      if (node.source) add(node.source.value, node.exportKind === 'type' ? 'type' : 'value', node.start);
    },
    TSImportType: (node) => {
      add(node.source.value, 'type', node.start);
    },
    ImportExpression: (node) => {
      const { source: specifier } = node;
      // A specifier that is put together at run time cannot be judged, so it is named as what it is.
      const literal =
        specifier.type === 'Literal' && typeof specifier.value === 'string' ? specifier.value : null;
      add(literal ?? '(computed)', 'dynamic', node.start);
    },
    CallExpression: (node) => {
      const [first] = node.arguments;
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'require') return;
      if (first?.type === 'Literal' && typeof first.value === 'string') add(first.value, 'value', node.start);
    },
  });
  visitor.visit(parsed.program);
  return found;
}

function resolve(file: string, specifier: string): string {
  const bare = specifier.replace(/[?#].*$/, '');
  if (bare.startsWith('.')) return path.posix.normalize(path.posix.join(path.posix.dirname(file), bare));
  return bare;
}

function sourceFiles(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts|mjs|js)$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}
