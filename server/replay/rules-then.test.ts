import { expect, test } from 'vitest'
import { noChanges } from '#contract/rule-layers.ts'
import type { RuleChange } from '#contract/rule-set.ts'
import { rulesThen, touchedBy } from './rules-then.ts'

const who = { communityId: 1, homeId: 7, tier: 'general' } as const
const since = { fromAt: 1000, communityIds: [1] }
const versionOf = (fromAt: number, community: RuleChange) => ({
  communityId: 1,
  fromAt,
  layers: { ...noChanges, community },
})

test('each instant is judged by the version that was in force then', () => {
  const rulesAt = rulesThen([
    versionOf(100, { co: { alarmPpm: 200 } }),
    versionOf(200, { co: { alarmPpm: 250 } }),
  ])
  expect([99, 100, 199, 200].map((at) => rulesAt(who, at).co.alarmPpm)).toEqual([300, 200, 200, 250])
  expect(rulesAt({ ...who, communityId: 2 }, 300).co.alarmPpm).toBe(300)
})

test('only what a proposed number can change is judged again', async () => {
  const touched = (community: RuleChange) => touchedBy({ ...noChanges, community }, [], since)
  expect(await touched({ ladder: { tries: 2 } })).toEqual({ air: false, devices: false, silence: false })
  expect(await touched({ silence: { signSoftens: false } })).toEqual({
    air: false,
    devices: false,
    silence: true,
  })
  expect(await touched({ gas: { alarmLel: 6 } })).toEqual({ air: true, devices: true, silence: false })
  expect(await touched({ device: { batterySilentH: 30 } })).toEqual({
    air: false,
    devices: true,
    silence: true,
  })
  const ofHome = { ...noChanges, homes: { '7': { silence: { signWindowMin: 5 } } } }
  expect(await touchedBy(ofHome, [], since)).toEqual({ air: false, devices: false, silence: true })
})

test('a version that went out of force within the span is a difference too', async () => {
  const versions = [versionOf(100, { co: { alarmPpm: 200 } }), versionOf(2000, {})]
  expect((await touchedBy(noChanges, versions, since)).air).toBe(true)
  expect((await touchedBy(noChanges, versions, { ...since, fromAt: 2000 })).air).toBe(false)
})
