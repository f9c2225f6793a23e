/**
 * The bench: measures every line against its limit. Prints a table, or with `--json` the findings alone;
 * `--only NAME` measures one line. Exit code 1 if a limit does not hold, 2 for a wrong command line.
 */
import { parseArgs } from 'node:util';
import { journalAppend } from './journal-append.ts';
import { type Finding, failedFinding, findingOf, type Line } from './line.ts';
import { memoryAtMenu, memoryGrowthOfMain, memoryGrowthOfScreen } from './memory.ts';
import { permitReadCpu, permitReadTime } from './permit-read.ts';
import { start } from './start.ts';
import { touch } from './touch.ts';

const lines: readonly Line[] = [
  start,
  touch,
  permitReadTime,
  permitReadCpu,
  journalAppend,
  memoryAtMenu,
  memoryGrowthOfMain,
  memoryGrowthOfScreen,
];

process.exitCode = await run(process.argv.slice(2));

async function run(argv: readonly string[]): Promise<number> {
  const names = lines.map(({ name }) => name).join(', ');
  let options: { json?: boolean; only?: string };
  try {
    options = parseArgs({
      args: [...argv],
      options: { json: { type: 'boolean' }, only: { type: 'string' } },
    }).values;
  } catch (error) {
    console.error(`${String(error)}\nbench [--json] [--only NAME], NAME one of ${names}`);
    return 2;
  }
  const { only } = options;
  const chosen = only === undefined ? lines : lines.filter(({ name }) => name === only);
  if (chosen.length === 0) {
    console.error(`There is no line "${only}"; the lines are ${names}.`);
    return 2;
  }
  const findings: Finding[] = [];
  const notes: string[] = [];
  for (const line of chosen) {
    console.error(`measuring ${line.name} …`);
    try {
      const measured = await line.measure();
      findings.push(findingOf(line.name, measured));
      notes.push(measured.note);
    } catch (error) {
      findings.push(failedFinding(line.name));
      notes.push(`not measured: ${error instanceof Error ? error.message : String(error)}`);
      console.error(error);
    }
  }
  if (options.json) console.log(JSON.stringify(findings, null, 2));
  else console.log(table(findings, notes));
  return findings.every(({ holds }) => holds) ? 0 : 1;
}

function table(findings: readonly Finding[], notes: readonly string[]): string {
  const amount = (value: number | null, unit: string | null) => (value === null ? '–' : `${value} ${unit}`);
  const rows = findings.map((finding, index) => [
    finding.name,
    amount(finding.value, finding.unit),
    amount(finding.limit, finding.unit),
    finding.ratio === null ? '–' : finding.ratio.toFixed(2),
    finding.holds ? 'yes' : 'NO',
    notes[index] ?? '',
  ]);
  const all = [['line', 'value', 'limit', 'ratio', 'holds', 'limit made from'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
