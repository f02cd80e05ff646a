import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lanes, takeBatch, type Waiting } from './queue.ts'

const clients = ['a', 'b', 'c', 'd']
const waiting = fc.array(
  fc.record({
    client: fc.constantFrom(...clients),
    rank: fc.constantFrom('hazard' as const, 'soon' as const, 'rest' as const),
    rows: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 40 },
)
const nobody: ReadonlySet<string> = new Set()
const said = (client: string, rank: Waiting['rank'] = 'rest') => ({ client, rank, rows: 1 })

test('whatever waits leaves once, in the order of each client, and never in larger batches than allowed', () => {
  fc.assert(
    fc.property(waiting, fc.integer({ min: 1, max: 12 }), fc.array(fc.boolean()), (all, rowsMax, turns) => {
      const queue = all.map((one, nth) => ({ ...one, nth }))
      const left: { client: string; nth: number }[] = []
      for (let turn = 0; queue.length > 0; turn += 1) {
        const lane = turns[turn % turns.length] ? 'hazards' : 'others'
        // whichever lane has its turn: one of the two always has something
        const batches = [lane, ...lanes].map((each) =>
          takeBatch(queue, { lane: each as 'hazards', rowsMax, busy: nobody }),
        )
        expect(batches.flat().length).toBeGreaterThan(0)
        for (const batch of batches) {
          const rows = batch.reduce((sum, one) => sum + one.rows, 0)
          expect(batch.length <= 1 || rows <= rowsMax).toBe(true)
          left.push(...batch)
        }
      }
      for (const client of clients) {
        const order = left.filter((one) => one.client === client).map(({ nth }) => nth)
        expect(order).toEqual(order.toSorted((a, b) => a - b))
      }
      expect(left).toHaveLength(all.length)
    }),
  )
})

test('a hazard leaves in a lane of its own, behind what its own client said before it', () => {
  const queue = [said('a'), said('a'), said('b'), said('b', 'hazard'), said('b')]
  const asked = { rowsMax: 10, busy: nobody }
  expect(takeBatch(queue, { ...asked, lane: 'others' })).toEqual([said('a'), said('a')])
  expect(takeBatch(queue, { ...asked, lane: 'hazards' })).toEqual([said('b'), said('b', 'hazard')])
  expect(takeBatch(queue, { ...asked, lane: 'hazards' })).toEqual([])
  expect(takeBatch(queue, { ...asked, lane: 'others' })).toEqual([said('b')])
})

test('a hazard waits for what its own client has under way, and for nobody else', () => {
  const queue = [said('a', 'hazard'), said('b', 'hazard')]
  const asked = { lane: 'hazards' as const, rowsMax: 10 }
  expect(takeBatch(queue, { ...asked, busy: new Set(['a']) })).toEqual([said('b', 'hazard')])
  expect(takeBatch(queue, { ...asked, busy: nobody })).toEqual([said('a', 'hazard')])
})

test('good mornings overtake readings, within one client nothing overtakes', () => {
  const queue = [said('a'), said('a'), said('b'), said('b', 'soon'), said('c', 'soon')]
  expect(takeBatch(queue, { lane: 'others', rowsMax: 3, busy: nobody }).map(({ client }) => client)).toEqual([
    'b',
    'b',
    'c',
  ])
})
