import { expect, test } from 'vitest'
import { Type } from 'typebox'
import { topicOf } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import type { TestService } from '#testing/service.ts'
import { stories } from '#testing/stories.ts'

const begin = stories()

const deskOf = async (the: TestService) =>
  (await the.page('zhao')).call('desk', { params: { id: the.cast.communityId } })

/** `李秀英 pressed`, for each name of the morning. */
const placesOf = async (the: TestService): Promise<string[]> =>
  (await deskOf(the)).ledger.names.map(({ name, place }) => `${name} ${place}`).sort()

async function checkInsOf(the: TestService, residentId: number) {
  const { count } = await the.db.one(
    Type.Object({ count: Type.Integer() }),
    sql`select count(*)::int as count from check_in where resident_id = ${residentId}`,
  )
  return count
}

test('the same press sent twice is one check-in, by MQTT and by the private link', async () => {
  const the = await begin('07:00')
  const { liButton } = the.cast.devices
  await the.press(liButton, { id: 'press-1' })
  await the.press(liButton, { id: 'press-1' })
  expect(await checkInsOf(the, the.cast.residents.li)).toBe(1)
  const zheng = the.resident('zheng')
  await zheng('residentCheckIn', { body: { id: 'web-1' } })
  expect(await zheng('residentCheckIn', { body: { id: 'web-1' } })).toMatchObject({
    checkedInAt: the.at('07:00'),
  })
  expect(await checkInsOf(the, the.cast.residents.zheng)).toBe(1)
  expect(the.devices.acks.map(({ ack }) => ack.id)).toEqual(['press-1', 'press-1'])
})

test('a press that the page kept through a cut counts from when she made it', async () => {
  const the = await begin('07:40')
  const body = { id: 'web-1', agoMs: 15 * 60_000 }
  const page = await the.resident('zheng')('residentCheckIn', { body })
  expect(page).toMatchObject({ checkedInAt: the.at('07:25') })
})

test('a press under the serial of another is refused, shown with its reason, and covers nobody', async () => {
  const the = await begin('07:00')
  const { liButton, heButton } = the.cast.devices
  await the.devices.publish(heButton, topicOf(liButton.serial, 'checkin'), '{"id":"forged"}')
  await the.press(heButton)
  await the.settled()
  const places = await placesOf(the)
  expect(places).toContain('李秀英 notYetDue')
  expect(places).toContain('何德明 pressed')
  const zhao = await the.page('zhao')
  const refused = await zhao.call('refused', { params: { id: the.cast.communityId } })
  expect(refused).toMatchObject([{ serial: 'he-button', reason: 'forbidden_topic' }])
})

test('a button that sleeps between its presses is no blindness: silent at eight, 王红 is rung at eight', async () => {
  const the = await begin('07:58')
  const { liButton } = the.cast.devices
  await the.open('wang')
  await the.greetings({ except: ['li'] })
  await the.devices.sleep(liButton)
  await the.settled()
  await the.moveTo('08:00:02')
  expect(the.heard()).toEqual(['08:00:00 王红 alarm missed alarm'])
  expect((await deskOf(the)).homes.find(({ label }) => label === '3-2-501')?.state).toBe('missed')
})

test('陈静 supervises another community: she hears, follows and reads nothing of this one', async () => {
  const the = await begin('10:00')
  const chen = await the.page('chen')
  const { communityId, otherCommunityId, devices, homes } = the.cast
  expect(await chen.watch(communityId)).toBe(false)
  expect(await chen.watch(otherCommunityId)).toBe(true)
  await the.say(devices.liCo, 'readings', { values: [{ kind: 'co', value: 500 }] })
  await the.advance(61_000)
  expect(chen.events).toEqual([])
  const asked = await Promise.allSettled([
    chen.call('desk', { params: { id: communityId } }),
    chen.call('home', { params: { id: homes.li } }),
    chen.call('incident', { params: { id: 1 } }),
    chen.call('timeline', { params: { id: 1 } }),
    chen.act('acknowledge', 1),
  ])
  expect(asked.map((one) => (one.status === 'rejected' ? String(one.reason) : 'answered'))).toEqual(
    asked.map(() => expect.stringMatching(/40[34] (forbidden|not_found)/) as string),
  )
})
