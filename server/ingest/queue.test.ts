import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { takeBatch } from './queue.ts'

const waiting = fc.array(
  fc.record({
    client: fc.constantFrom('a', 'b', 'c', 'd'),
    isHazard: fc.boolean(),
    rows: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 40 },
)

test('whatever waits leaves once, in the order of each client, and never in larger batches than allowed', () => {
  fc.assert(
    fc.property(waiting, fc.integer({ min: 1, max: 12 }), (said, rowsMax) => {
      const queue = said.map((one, nth) => ({ ...one, nth }))
      const left: { client: string; nth: number }[] = []
      while (queue.length > 0) {
        const batch = takeBatch(queue, rowsMax)
        const rows = batch.reduce((sum, one) => sum + one.rows, 0)
        expect(batch.length === 1 || rows <= rowsMax).toBe(true)
        expect(batch.length).toBeGreaterThan(0)
        left.push(...batch)
      }
      for (const client of ['a', 'b', 'c', 'd']) {
        const order = left.filter((one) => one.client === client).map(({ nth }) => nth)
        expect(order).toEqual(order.toSorted((a, b) => a - b))
      }
      expect(left).toHaveLength(said.length)
    }),
  )
})

test('a hazard leaves with the first batch, behind what its own client said before it', () => {
  const queue = [
    { client: 'a', isHazard: false, rows: 1 },
    { client: 'a', isHazard: false, rows: 1 },
    { client: 'b', isHazard: false, rows: 1 },
    { client: 'b', isHazard: true, rows: 1 },
    { client: 'b', isHazard: false, rows: 1 },
  ]
  expect(takeBatch(queue, 2).map(({ client, isHazard }) => [client, isHazard])).toEqual([
    ['b', false],
    ['b', true],
  ])
  expect(takeBatch(queue, 10).map(({ client }) => client)).toEqual(['a', 'a', 'b'])
})
