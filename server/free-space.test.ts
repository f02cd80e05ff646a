import { expect, test } from 'vitest'
import { createFreeSpace } from './free-space.ts'

const limits = { freeBytesLow: 2000, freeBytesFull: 500 }

function disk() {
  const state = { free: 10_000 }
  const said: string[] = []
  const say = (level: string) => (fields: object) => void said.push(`${level} ${JSON.stringify(fields)}`)
  const log = { info: say('info'), warn: say('warn'), error: say('error') }
  const space = createFreeSpace({ freeBytes: async () => state.free, limits, log })
  const with_ = async (free: number) => {
    state.free = free
    await space.check()
    return space.state()
  }
  return { space, said, with_ }
}

test('low is said before full, each once, and is over only with clearly more room', async () => {
  const { with_, said } = disk()
  expect(await with_(10_000)).toBe('enough')
  expect([await with_(1999), await with_(1500), await with_(2100)]).toEqual(['low', 'low', 'low'])
  expect([await with_(499), await with_(550), await with_(700)]).toEqual(['full', 'full', 'low'])
  expect(await with_(2500)).toBe('enough')
  expect(said).toEqual([
    'error {"state":"low","bytes":1999}',
    'error {"state":"full","bytes":499}',
    'error {"state":"low","bytes":700}',
    'info {"bytes":2500}',
  ])
})

test('the disk of another machine is not known', async () => {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const space = createFreeSpace({ freeBytes: undefined, limits, log })
  await space.check()
  expect([space.state(), space.bytes()]).toEqual(['unknown', null])
})
