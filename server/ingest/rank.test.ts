import { expect, test } from 'vitest'
import type { UpKind } from '#contract/topics.ts'
import { parse } from './parse.ts'
import { rankOf } from './rank.ts'

const now = Date.parse('2026-03-02T07:30:00+08:00')
const threeHoursAgo = now - 3 * 3_600_000
const co = (value: number, time: number) => ({ values: [{ kind: 'co', value, time }] })

test.each<[string, UpKind, object | string, string]>([
  ['an SOS', 'sos', { time: now }, 'hazard'],
  ['safety 9: an SOS from a buffer', 'sos', { time: threeHoursAgo }, 'hazard'],
  ['safety 9: an alarm that cannot be read', 'alarm', 'LEAK', 'hazard'],
  ['the flag of a detector', 'alarm', { kind: 'gas', active: true, time: now }, 'hazard'],
  ['a flag without a clock', 'alarm', { kind: 'gas', active: true }, 'hazard'],
  ['a flag from a buffer', 'alarm', { kind: 'gas', active: true, time: threeHoursAgo }, 'soon'],
  ['dangerous air', 'readings', co(30, now), 'hazard'],
  ['dangerous air from a buffer', 'readings', co(300, threeHoursAgo), 'soon'],
  ['ordinary air', 'readings', co(29, now), 'rest'],
  ['a good morning', 'checkin', {}, 'soon'],
  ['a heartbeat', 'heartbeat', {}, 'rest'],
])('%s', (_, kind, body, rank) => {
  const payload = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  expect(rankOf(parse({ kind, deviceKind: 'co', payload }), now)).toBe(rank)
})
