import { expect, test } from 'vitest'
import { until } from '#testing/until.ts'
import { createPace, type Urgency } from './pace.ts'

/** Ten go at once, then one each 10 ms. */
const limits = { connectsPerSecond: 100, connectsWaitingMax: 100, connectsUnderWayMax: 1000 }

test('in a storm of reconnections a danger and a greeting that is due come first, and nobody is kept out for ever', async () => {
  const asked: number[] = []
  const pace = createPace({
    limits,
    urgencyOf: async (serials) => {
      asked.push(serials.length)
      return new Map(serials.map((serial) => [serial, Number(serial.split('-')[1]) as Urgency]))
    },
  })
  const letIn: string[] = []
  const come = (serial: string) => pace.turn(serial, (mayGo) => void (mayGo && letIn.push(serial)))
  for (let nth = 0; nth < 10; nth += 1) come(`burst-1-${nth}`)
  for (let nth = 0; nth < 30; nth += 1) for (const urgency of [2, 1, 0]) come(`storm-${urgency}-${nth}`)
  await until('all are in', () => letIn.length === 100)
  const order = letIn.slice(10).map((serial) => serial.split('-')[1])
  // one may have gone before the answer came; every fourth turn is for who has waited longest
  expect(order.slice(0, 30).filter((urgency) => urgency === '0').length).toBeGreaterThanOrEqual(21)
  expect(order.slice(0, 30)).toContain('2')
  expect(order.lastIndexOf('2')).toBe(order.length - 1)
  // many at a time: not a question a device
  expect(asked.length).toBeLessThan(5)
})

test('where nobody can be asked about, everybody comes in the order of arrival, and too many are sent away', async () => {
  const pace = createPace({ limits, urgencyOf: () => Promise.reject(new Error('the database is away')) })
  const heard: string[] = []
  for (let nth = 0; nth < 120; nth += 1)
    pace.turn(`d-${nth}`, (mayGo) => void heard.push(`${nth} ${mayGo ? 'in' : 'away'}`))
  expect(heard.filter((line) => line.endsWith('away'))).toHaveLength(10)
  await until('some are in', () => heard.filter((line) => line.endsWith('in')).length >= 20)
  const numbers = heard.filter((line) => line.endsWith('in')).map((line) => Number(line.split(' ')[0]))
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  pace.stop()
  expect(heard).toHaveLength(120)
})

test('a storm of dangers and of idlers without end keeps nobody in the middle out', async () => {
  const urgencyOf = async (serials: readonly string[]) =>
    new Map(serials.map((serial) => [serial, Number(serial.split('-')[1]) as Urgency]))
  const pace = createPace({ limits: { ...limits, connectsPerSecond: 1000 }, urgencyOf })
  let turns = 0
  let isIn = false
  const again = (serial: string) =>
    pace.turn(serial, (mayGo) => {
      turns += 1
      if (mayGo && !isIn) again(serial)
    })
  for (let nth = 0; nth < 20; nth += 1) for (const urgency of [0, 2]) again(`endless-${urgency}`)
  pace.turn('one-1', () => void (isIn = true))
  await until('it is in', () => isIn)
  expect(turns).toBeLessThan(400)
  pace.stop()
})

test('who gives up while waiting frees its place, and who is let in makes room for the next', () => {
  const letIn: string[] = []
  const one = { connectsPerSecond: 1000, connectsWaitingMax: 2, connectsUnderWayMax: 1 }
  const pace = createPace({ limits: one })
  const come = (name: string) =>
    pace.turn(name, (mayGo) => void letIn.push(`${name} ${mayGo ? 'in' : 'away'}`))
  const [, second] = [come('first'), come('second'), come('third')]
  come('fourth')
  second?.()
  come('fifth')
  expect(letIn).toEqual(['first in', 'fourth away'])
  expect(pace.waiting()).toBe(2)
  pace.stop()
})
