import { expect, test } from 'vitest'
import { aired, brazier, coPpm, gasLel, hoseOff } from './air.ts'

test('the brazier reaches the published values: 1351 ppm after one hour, 2170 after two', () => {
  expect(coPpm(brazier.room, brazier.litresPerHour, 60)).toBeCloseTo(1351, -1)
  expect(coPpm(brazier.room, brazier.litresPerHour, 120)).toBeCloseTo(2170, -1)
})

test('a hose that came off passes 20 %LEL in about six minutes', () => {
  expect(gasLel(hoseOff.room, hoseOff.cubicMetresPerHour, 5.5)).toBeLessThan(20)
  expect(gasLel(hoseOff.room, hoseOff.cubicMetresPerHour, 6.6)).toBeGreaterThan(20)
})

test('open windows halve the air in about eight minutes', () => {
  expect(aired(400, 5, 8.3)).toBeCloseTo(200, -1)
})
