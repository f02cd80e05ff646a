import { describe, expect, test } from 'vitest'
import { judgeDevice, silentAfterMs, type DeviceInput } from './liveness.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const well: DeviceInput = {
  kind: 'co',
  power: 'mains',
  silent: false,
  battery: null,
  flags: {},
  outOfService: false,
}
const judge = (change: Partial<DeviceInput>) => judgeDevice({ ...well, ...change })

test('mains devices are silent after 10 minutes, battery devices after a day and a little', () => {
  expect(silentAfterMs('gateway', 'mains')).toBe(10 * minuteMs)
  expect(silentAfterMs('co', 'mains')).toBe(10 * minuteMs)
  expect(silentAfterMs('button', 'battery')).toBe(26 * hourMs)
  expect(silentAfterMs('gas', 'battery')).toBe(25 * hourMs)
})

test('a device that is well raises nothing', () => {
  expect(judge({})).toEqual({ stage: null, evidence: {} })
  expect(judge({ battery: 80 })).toEqual({ stage: null, evidence: { battery: 80 } })
  expect(judge({ flags: { warmup: true, test: true, muted: true } }).stage).toBeNull()
})

test('a silent detector leaves the home unprotected: a warning; a silent button is a notice', () => {
  expect(judge({ silent: true })).toEqual({ stage: 'warning', evidence: { trouble: 'silent' } })
  expect(judge({ kind: 'gas', silent: true }).stage).toBe('warning')
  expect(judge({ kind: 'gateway', silent: true }).stage).toBe('warning')
  expect(judge({ kind: 'button', silent: true }).stage).toBe('notice')
})

test.each(['fault', 'tamper', 'endOfLife'] as const)('%s is told', (trouble) => {
  expect(judge({ kind: 'motion', flags: { [trouble]: true } })).toMatchObject({
    stage: 'notice',
    evidence: { trouble },
  })
  expect(judge({ flags: { [trouble]: true } }).stage).toBe(trouble === 'endOfLife' ? 'notice' : 'warning')
})

describe('a low battery', () => {
  test.each([
    [15, false, 'notice'],
    [16, false, null],
    [19, true, 'notice'],
    [20, true, null],
    [null, true, 'notice'],
    [null, false, null],
  ] as const)('at %s %%, low before: %s', (battery, alreadyLow, stage) => {
    expect(judge({ battery, alreadyLow }).stage).toBe(stage)
  })
})

test('the worst trouble is the one that is named', () => {
  const verdict = judge({ silent: true, battery: 4, flags: { fault: true, endOfLife: true } })
  expect(verdict.evidence).toEqual({ trouble: 'silent', battery: 4 })
})

test('what is out of service is on record already', () => {
  expect(judge({ silent: true, battery: 3, outOfService: true }).stage).toBeNull()
})
