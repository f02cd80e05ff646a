import { expect, test } from 'vitest'
import { until } from '#testing/until.ts'
import { createPace, type Urgency } from './pace.ts'

/** Ten go at once, then one each 10 ms. */
const limits = { connectsPerSecond: 100, connectsWaitingMax: 100 }

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
  // one may have gone before the answer came; every tenth turn is for the patient
  expect(order.slice(0, 30).filter((urgency) => urgency === '0').length).toBeGreaterThanOrEqual(25)
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
