import { expect, test } from 'vitest'
import { scenarioNames, type DemoWorld } from '#contract/demo.ts'
import { createRandom } from '../models/random.ts'
import { deviceTime } from './play.ts'
import { findScenario, scenarios } from './scenarios.ts'
import { toldScenarios } from './told.ts'

const resident = (id: number, part: DemoWorld['residents'][number]['part']) => ({
  id,
  homeId: id,
  name: `居民${id}`,
  greeting: '奶奶',
  label: `${id}-1-101`,
  tier: 'general' as const,
  deadline: '08:00',
  part,
  href: '/r#x',
})

const world: DemoWorld = {
  communityId: 1,
  zone: 'Asia/Shanghai',
  logins: [],
  residents: (['silent', 'hospital', 'reminded', 'lateRiser', 'co', 'gas', 'early'] as const).map(
    (part, index) => resident(index + 1, part),
  ),
  devices: [
    {
      serial: 'button-1',
      secret: 's',
      kind: 'button',
      power: 'battery',
      homeId: 1,
      residentId: 1,
      label: '1-1-101',
    },
  ],
}

test('every scenario that the testers are offered exists, and each has something to say', () => {
  expect(scenarios.map((one) => one.name).sort()).toEqual(scenarioNames.map((one) => one.name).sort())
  for (const scenario of scenarios)
    expect(scenario.happenings(world, createRandom(1)).length).toBeGreaterThan(0)
})

test('the same seed plays the same morning', () => {
  const quiet = findScenario('quiet-morning')
  expect(quiet?.happenings(world, createRandom(7))).toEqual(quiet?.happenings(world, createRandom(7)))
  expect(quiet?.happenings(world, createRandom(7))).not.toEqual(quiet?.happenings(world, createRandom(8)))
})

test('a missed check-in leaves out the silent one and nobody else', () => {
  const pressed = findScenario('missed-check-in')
    ?.happenings(world, createRandom(1))
    .map((happening) => happening.residentId)
    .sort()
  expect(pressed).toEqual([2, 3, 4, 5, 6, 7])
})

test('sped up, a simulation begins in the past and never passes now', () => {
  const startedAt = 1_000_000_000
  const lengthMs = 3_600_000
  const at = (atMs: number) => deviceTime({ startedAt, lengthMs, speed: 60, atMs })
  expect(at(0)).toBe(startedAt - lengthMs + 60_000)
  expect(at(lengthMs)).toBe(startedAt + 60_000)
  for (const atMs of [0, 600_000, lengthMs]) expect(at(atMs)).toBeLessThanOrEqual(startedAt + atMs / 60)
})

test('what the service is tested with is played by devices too, under names of their own', () => {
  const names = [...scenarios, ...toldScenarios].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(toldScenarios.length).toBeGreaterThanOrEqual(60)
  for (const one of toldScenarios) {
    const happenings = one.happenings(world, createRandom(1))
    expect(Math.min(...happenings.map(({ atMs }) => atMs))).toBe(0)
  }
  const wine = toldScenarios.find(({ name }) => name === 'cooking-wine')?.happenings(world, createRandom(1))
  expect(wine?.map(({ atMs, what }) => [atMs, 'say' in what ? what.body : what])).toContainEqual([
    300_000,
    { values: [{ kind: 'gas', value: 6 }] },
  ])
})
