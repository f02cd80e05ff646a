// Each benchmark once in its smallest form: that it runs, cleans up after itself, and prints JSON of the promised shape.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { expect, onTestFinished, test } from 'vitest'
import { caseOf, interleaved, median } from './harness/benchmark.ts'
import { createHistogram } from './harness/histogram.ts'
import { tableOf } from './harness/report.ts'

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Report = Type.Object({
  name: Type.String(),
  at: Type.String(),
  machine: Type.Object({ cpu: Type.String(), cores: Type.Integer(), node: Type.String() }),
  cases: Type.Array(
    Type.Object({
      case: Type.String(),
      value: Type.Number(),
      unit: Type.String(),
      yardstick: orNull(Type.Number()),
      ratio: orNull(Type.Number()),
      goal: orNull(Type.String()),
      met: orNull(Type.Boolean()),
    }),
    { minItems: 1 },
  ),
})

const main = join(import.meta.dirname, 'main.ts')
const bench = (...words: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', main, ...words])

/** A server, a PostgreSQL and their yardsticks start for each, on two cores that others use too (ms). */
const patienceMs = 120_000

test.for(['ingest', 'backlog', 'growth', 'connections'])(
  '%s runs in its smallest form and says what it measured',
  { timeout: patienceMs },
  async (name) => {
    const directory = mkdtempSync(join(tmpdir(), 'curtain-bench-test-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'report.json')
    await bench(name, '--quick', '--json', file)
    const report: unknown = JSON.parse(readFileSync(file, 'utf8'))
    expect([...Value.Errors(Report, report)]).toEqual([])
    expect(report).toMatchObject({ name })
    for (const { value, unit } of (report as Type.Static<typeof Report>).cases) {
      expect(Number.isFinite(value)).toBe(true)
      // Of a handful of connections memory may as well shrink: a collection between two looks weighs more than they do.
      if (unit !== 'kB') expect(value).toBeGreaterThan(0)
    }
  },
)

test('an unknown name is answered with those that there are', async () => {
  await expect(bench('speed')).rejects.toThrow(/no benchmark "speed".*ingest.*growth/s)
})

test('a missed goal is printed as missed, a met one as met, and a figure without a goal as neither', () => {
  const cases = [
    caseOf({ case: 'a', value: 8, unit: 'x', yardstick: 10, goal: { atLeast: 0.8 } }),
    caseOf({ case: 'b', value: 16, unit: 'x', yardstick: 10, goal: { atMost: 1.5 } }),
    caseOf({ case: 'c', value: 1, unit: 'x' }),
  ]
  expect(cases.map(({ met, ratio }) => [met, ratio])).toEqual([
    [true, 0.8],
    [false, 1.6],
    [null, null],
  ])
  expect(tableOf(cases)).toMatch(/^a .*met$[\s\S]*^b .*MISSED$/m)
})

test('subjects take turns, and none always goes first', async () => {
  const order: string[] = []
  const go = (name: string) => async (round: number) => order.push(`${name}${round}`)
  await interleaved(2, { ours: go('ours'), theirs: go('theirs') })
  expect(order).toEqual(['ours0', 'theirs0', 'theirs1', 'ours1'])
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})

test('a quantile is right to two per cent', () => {
  const histogram = createHistogram()
  for (let ms = 1; ms <= 10_000; ms += 1) histogram.record(ms)
  const { p50, p99, max } = histogram.quantiles()
  expect(Math.abs(p50 / 5000 - 1)).toBeLessThan(0.02)
  expect(Math.abs(p99 / 9900 - 1)).toBeLessThan(0.02)
  expect(max).toBe(10_000)
})
