import { expect, test } from 'vitest'
import { createHearing } from './hearing.ts'

/** A second at a time: how many messages came in it, over how many connections. */
function listening() {
  const hearing = createHearing()
  let now = 1_000_000
  let heard = 0
  return {
    at: () => now,
    second(messages: number, connections: number): number {
      now += 1000
      heard += messages
      return hearing.heardUntil({ now, heard, connections })
    },
    seconds(count: number, messages: number, connections: number): void {
      for (let nth = 0; nth < count; nth += 1) expect(this.second(messages, connections)).toBe(now)
    },
  }
}

test('nothing comes from eight hundred devices that said fifty things a second: we are deaf since the last of them', () => {
  const { at, second, seconds } = listening()
  const our = { at, second, seconds }
  our.seconds(120, 50, 800)
  const last = our.at()
  expect([our.second(0, 800), our.second(0, 800), our.second(0, 800)]).toEqual([last, last, last])
  // what was under way arrives, and for a moment more may come
  expect([our.second(170, 800), our.second(50, 800)]).toEqual([last, last])
  our.second(50, 800)
  expect(our.second(50, 800)).toBe(our.at())
})

test('half a minute after a start is enough to know how much ought to come', () => {
  const our = listening()
  our.seconds(30, 25, 400)
  const last = our.at()
  expect([our.second(0, 400), our.second(0, 400)]).toEqual([last, last])
})

test('most connections are gone at once: we are deaf until they are back, at most a minute', () => {
  const our = listening()
  our.seconds(120, 50, 800)
  const last = our.at()
  for (let nth = 0; nth < 5; nth += 1) expect(our.second(0, 10)).toBe(last)
  for (let nth = 0; nth < 60; nth += 1) our.second(0, 10)
  our.seconds(5, 0, 10)
})

test('a burst of greetings and then quiet is a morning, and no dead network', () => {
  const our = listening()
  our.seconds(40, 0, 240)
  our.seconds(8, 8, 240)
  our.seconds(60, 0, 240)
  const begun = listening()
  begun.seconds(12, 20, 240)
  begun.seconds(60, 0, 240)
})

test('a silence that no keep-alive has confirmed in a minute and a half is no dead network', () => {
  const our = listening()
  our.seconds(60, 10, 240)
  for (let nth = 0; nth < 90; nth += 1) our.second(0, 240)
  for (let nth = 0; nth < 4; nth += 1) our.second(0, 240)
  expect(our.second(0, 240)).toBe(our.at())
})

test('a few quiet devices, or a quiet moment, say nothing about the network', () => {
  const our = listening()
  our.seconds(60, 1, 10)
  our.seconds(90, 0, 10)
  our.seconds(60, 0, 0)
  const large = listening()
  large.seconds(60, 2, 500)
  large.seconds(3, 0, 500)
})
