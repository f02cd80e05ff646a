import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { enWindowsAt, flagAt } from './air-world.ts'
import { coCase, cookingSpike } from './air.ts'
import { draw, normal, poisson } from './draw.ts'
import { quantile, ratio } from './estimate.ts'
import { liveYear } from './lives.ts'
import { flat, ours } from './policy.ts'
import { readWorld, vary, worldFile } from './world.ts'
import { yearOf } from './year-of.ts'

const { world, uncertain } = readWorld(worldFile)
const small = { ...world, residents: { ...world.residents, homes: 40 } }

test('no rule of the product reads the world', () => {
  const root = join(import.meta.dirname, '..', '..', 'server')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const reading = files.filter((name) =>
    /bench\/(world|judgement)/.test(readFileSync(join(root, name), 'utf8')),
  )
  expect(reading).toEqual([])
})

test('the same seed gives the same year to the last minute, another seed another', () => {
  const year = (seed: number) =>
    yearOf(small, liveYear(small, seed), { policy: ours(), probes: 1, notices: [] })
  expect(year(5)).toEqual(year(5))
  expect(year(5)).not.toEqual(year(6))
})

test('every silence is asked about, nobody who fell is excused by us, and all of them are found', () => {
  const year = liveYear(small, 7)
  const own = yearOf(small, year, { policy: ours(), probes: 4, notices: [] })
  expect(own.collapses.length).toBeGreaterThan(100)
  for (const one of own.collapses) {
    expect(one.excused).toBe(false)
    if (!one.ownCut) expect(one.toldAfterSignMin).toBeLessThanOrEqual(26 * 60 + 0.01)
  }
  const yardstick = yearOf(small, year, { policy: flat(), probes: 0, notices: [] })
  expect(own.calls).toBeLessThan(yardstick.calls / 2)
})

test('safety 5: CO is told no later than EN 50291 alone, whatever the scenario and the sensor', () => {
  for (let id = 0; id < 28; id += 1) {
    const { oursMin, enMin } = coCase(world, 3, id)
    expect(oursMin).toBeLessThanOrEqual(enMin)
  }
})

test('the yardstick keeps to EN 50291: its windows, and its detector within them', () => {
  const steady = (ppm: number) => Array.from({ length: 30 }, (_, nth) => ({ at: nth * 5, value: ppm }))
  expect(enWindowsAt(steady(49))).toBe(Infinity)
  expect(enWindowsAt(steady(50))).toBe(75)
  expect(enWindowsAt(steady(100))).toBe(25)
  for (const share of [0, 0.5, 0.999]) {
    expect(flagAt(() => 50, share, 480)).toBeGreaterThanOrEqual(60)
    expect(flagAt(() => 50, share, 480)).toBeLessThanOrEqual(90.25)
    expect(flagAt(() => 300, share, 480)).toBeLessThanOrEqual(3.25)
  }
})

test('a pan is nothing to us and an alarm to a flat threshold, more often than not', () => {
  const pans = Array.from({ length: 60 }, (_, id) => cookingSpike(world, 1, id))
  const rung = (rule: 'ours' | 'flat') => pans.filter((pan) => pan[rule] === 1).length
  expect(rung('ours')).toBeLessThan(rung('flat') / 4)
})

test('a rate may be varied, and a share stays a share', () => {
  expect(uncertain).toContain('answers.phoneCallAnsweredPerTry')
  const varied = vary(world, ['answers.phoneCallAnsweredPerTry', 'devices.gatewayOutagesPerYear'], 1.5)
  expect(varied.answers.phoneCallAnsweredPerTry).toBe(1)
  expect(varied.devices.gatewayOutagesPerYear).toBe(6)
  expect(world.answers.phoneCallAnsweredPerTry).toBe(0.7)
})

test('chance is fair, and estimates know how sharp they are', () => {
  const shares = Array.from({ length: 20_000 }, (_, nth) => draw(1, nth, 3, 5))
  const middle = shares.reduce((sum, one) => sum + one, 0) / shares.length
  expect(middle).toBeCloseTo(0.5, 2)
  expect(normal(0.975)).toBeCloseTo(1.96, 2)
  expect(
    shares.map((share) => poisson(2, share)).reduce((sum, one) => sum + one, 0) / shares.length,
  ).toBeCloseTo(2, 1)
  expect(quantile([3, 1, 2], 0.5).value).toBe(2)
  const sharp = ratio([
    { count: 100, of: 1000 },
    { count: 102, of: 1000 },
    { count: 98, of: 1000 },
  ])
  expect(sharp.value).toBeCloseTo(0.1)
  expect(sharp.halfWidth).toBeLessThan(0.06)
})
