import { expect, test } from 'vitest'
import { stories } from '#testing/stories.ts'

const begin = stories()

test('a quiet morning: who has not greeted is reminded, everybody does, nobody is rung, the count is complete', async () => {
  const the = await begin('07:25')
  const { liButton, wuButton, heButton, sunButton } = the.cast.devices
  await the.open('wang', 'zhang', 'chen', 'guo')
  const zhao = await the.page('zhao')
  await the.alive()
  await the.press(liButton)
  await the.press(wuButton)

  await the.moveTo('07:30:01')
  expect(the.told()).toEqual(['he-button remind', 'sun-button remind'])
  await the.press(heButton)
  await the.press(sunButton)
  await the.resident('zheng')('residentCheckIn', { body: { id: 'zheng-1' } })

  await the.moveTo('08:20')
  const { ledger, incidents } = await zhao.call('desk', { params: { id: the.cast.communityId } })
  expect(incidents).toEqual([])
  expect(ledger).toMatchObject({ total: 4, accountedFor: 4, signable: true })
  expect(ledger.counts).toMatchObject({ pressed: 4, open: 0, blind: 0, notYetDue: 0 })
  const body = { on: '2026-03-02' }
  const signed = await zhao.call('signLedger', { params: { id: the.cast.communityId }, body })
  expect(signed.signedBy).toBe('赵敏')
})
