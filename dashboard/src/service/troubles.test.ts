import { expect, test } from 'vitest'
import { troublesOf } from './troubles.ts'

const well = {
  disk: { state: 'enough' as const, freeBytes: 10 * 2 ** 30 },
  clockBehindMs: 0,
  clockPutForward: null,
}
const hourMs = 3_600_000

test('where all is well, or the disk is on another machine, no page says anything', () => {
  expect(troublesOf(well, 'zh')).toEqual([])
  expect(troublesOf({ ...well, disk: { state: 'unknown', freeBytes: null } }, 'en')).toEqual([])
})

test('a disk that fills up is told with what is left, in both languages', () => {
  const low = { ...well, disk: { state: 'low' as const, freeBytes: 1.5 * 2 ** 30 } }
  const full = { ...well, disk: { state: 'full' as const, freeBytes: 200 * 2 ** 20 } }
  expect(troublesOf(low, 'zh')).toMatchObject([{ kind: 'diskLow', title: '磁盘快满了' }])
  expect(troublesOf(low, 'en')[0]?.text).toContain('1.5 GiB left')
  expect(troublesOf(full, 'zh')[0]?.text).toContain('只剩 200 MiB')
  expect(troublesOf(full, 'en')).toMatchObject([{ kind: 'diskFull', title: 'The disk is nearly full' }])
})

test('a clock that was put back, or forward, is told with how far', () => {
  const [back] = troublesOf({ ...well, clockBehindMs: 2 * hourMs }, 'zh')
  expect(back).toMatchObject({ kind: 'clockBehind' })
  expect(back?.text).toContain('往回拨了 2 小时')
  const [forward] = troublesOf({ ...well, clockPutForward: { fromAt: 0, untilAt: 3 * hourMs } }, 'en')
  expect(forward).toMatchObject({ kind: 'clockForward' })
  expect(forward?.text).toContain('forward by 3 h')
})
