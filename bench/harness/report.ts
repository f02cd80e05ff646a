// The table for people and the JSON for machines.
import { writeFileSync } from 'node:fs'
import type { Case } from './benchmark.ts'
import type { Machine } from './machine.ts'

export type Report = { name: string; at: string; machine: Machine; cases: Case[] }

export function writeReport(file: string, report: Report): void {
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
}

/** A line a case: what, value, yardstick, ratio, goal, and whether it is met. */
export function tableOf(cases: readonly Case[]): string {
  const rows = cases.map((one) => [
    one.case,
    `${text(one.value)} ${one.unit}`,
    one.yardstick === null ? '' : text(one.yardstick),
    one.ratio === null ? '' : text(one.ratio),
    one.goal ?? '',
    one.met === null ? '' : one.met ? 'met' : 'MISSED',
    one.note ?? '',
  ])
  const head = ['case', 'value', 'yardstick', 'ratio', 'goal', '', '']
  const widths = head.map((title, nth) => Math.max(title.length, ...rows.map((row) => row[nth]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, nth) => (nth === row.length - 1 ? cell : cell.padEnd(widths[nth] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

const text = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(value)
