import { expect, test } from 'vitest'
import type { DemoResident, DemoWorld } from '#contract/demo.ts'
import { clockOf, whoGreets } from './everyday.ts'

const resident = (id: number): DemoResident => ({
  id,
  homeId: id,
  name: `居民${id}`,
  greeting: '奶奶',
  label: `1-1-${id}`,
  tier: 'general',
  deadline: id % 2 ? '08:00' : '07:30',
  part: 'early',
  href: '/r#x',
})
const world: DemoWorld = {
  communityId: 1,
  zone: 'Asia/Shanghai',
  logins: [],
  residents: Array.from({ length: 60 }, (_, index) => resident(index + 1)),
  devices: [],
}

test('each morning everybody greets exactly once, and before their own deadline', () => {
  const greeted = new Map<number, string>()
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
    for (const one of whoGreets(world, clock)) {
      expect(greeted.has(one.id)).toBe(false)
      expect(clock < one.deadline).toBe(true)
      greeted.set(one.id, clock)
    }
  }
  expect(greeted.size).toBe(60)
})

test("the clock is the community's own", () => {
  expect(clockOf(world, Date.UTC(2026, 10, 22, 23, 30))).toBe('07:30')
})
