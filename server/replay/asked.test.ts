import { expect, test } from 'vitest'
import { noChanges } from '#contract/rule-layers.ts'
import { keptByDefault } from '../retention/kept.ts'
import { layersIn, spanOf } from './asked.ts'

const now = Date.parse('2026-11-23T10:00:00Z')

test('a rules file holds layers, or a whole answer of the API; what is left out changes nothing', () => {
  const community = { co: { alarmPpm: 200 } }
  expect(layersIn(JSON.stringify({ community }))).toEqual({ ...noChanges, community })
  expect(layersIn(JSON.stringify({ version: 3, layers: { ...noChanges, community } }))).toEqual({
    ...noChanges,
    community,
  })
})

test('what is wrong with a rules file is said where it stands, in both languages', () => {
  expect(() => layersIn('{"community": {"co": {"alarmPpm": 5000}}}')).toThrow(
    /规则文件有问题：\/community.*alarmPpm/,
  )
  expect(() => layersIn('{"comunity": {}}')).toThrow(/\/comunity/)
  expect(() => layersIn('{"tiers": {"high": {"co": {"alarmPpn": 100}}}}')).toThrow(
    /not right: .*\/tiers\/high/,
  )
  for (const text of ['[]', 'nothing', '3']) expect(() => layersIn(text)).toThrow('no JSON object')
})

test('days are those of the community, and what is no longer kept is refused with the first day that is', () => {
  const asked = (from: string, to: string) =>
    spanOf({ from, to }, { zone: 'Asia/Shanghai', kept: keptByDefault, now })
  expect(asked('2026-11-01', '2026-11-22')).toEqual({
    fromAt: Date.parse('2026-11-01T00:00:00+08:00'),
    untilAt: Date.parse('2026-11-22T00:00:00+08:00'),
  })
  expect(() => asked('2026-10-01', '2026-11-01')).toThrow(/最早是 2026-10-27[^]*2026-10-27 at the earliest/)
  expect(() => asked('2026-11-22', '2026-12-01')).toThrow('2026-11-23, today')
  expect(() => asked('2026-11-22', '2026-11-20')).toThrow('has to be before')
  expect(() => asked('last week', '2026-11-20')).toThrow('is no day')
})
