import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DeskView, RefusedMessage, SeenMessage } from '#contract/community.ts'
import { at, sql } from '#db/sql.ts'
import { createTestApi, monday, type Caller, type TestApi } from '#testing/api.ts'
import { limits } from '../limits.ts'

let api: TestApi
let zhao: Caller
beforeEach(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
})
afterEach(() => api.close())

const params = () => ({ id: api.cast.communityId })
const said = async (query: { after?: number } = {}) =>
  (await zhao('messages', { params: params(), query })).body as SeenMessage[]
const refused = async () => (await zhao('refused', { params: params() })).body as RefusedMessage[]

const say = (deviceId: number, id: string, message: { receivedAt: number; body?: string }) =>
  api.db.run(sql`
    insert into message (device_id, id, kind, received_at, body, origin)
    values (${deviceId}, ${id}, 'checkin', ${at(message.receivedAt)}, ${Buffer.from(message.body ?? '{}')}, 'live')`)
const refuse = (communityId: number | null, receivedAt: number, body = Buffer.from('{')) =>
  api.db.run(sql`
    insert into refused_message (community_id, client, topic, reason, detail, received_at, body)
    values (${communityId}, 'li-button', 'cp/v1/00/li-button/checkin', 'unreadable', 'no JSON', ${at(receivedAt)}, ${body})`)

test('the latest messages come newest first, as they were said', async () => {
  const { liButton, sunButton } = api.cast.devices
  await say(liButton.id, 'a', { receivedAt: monday - 2000, body: '{"id":"a"}' })
  await say(liButton.id, 'b', { receivedAt: monday - 1000, body: '{"id":"b"}' })
  await say(sunButton.id, 'c', { receivedAt: monday })
  expect((await said()).map(({ body }) => body)).toEqual(['{"id":"b"}', '{"id":"a"}'])
  expect(await said({ after: monday - 2000 })).toMatchObject([{ serial: 'li-button', homeLabel: '3-2-501' }])
})

test('at most so many are shown', async () => {
  const { id } = api.cast.devices.liButton
  await api.db.run(sql`
    insert into message (device_id, id, kind, received_at, origin)
    select ${id}, 'm' || n, 'checkin', ${at(monday)}, 'live'
    from generate_series(1, ${limits.messagesShownMax + 5}) as n`)
  expect(await said()).toHaveLength(limits.messagesShownMax)
})

test('what could not be read is shown with its reason, bytes and all, and counted for today', async () => {
  const { communityId } = api.cast
  await refuse(communityId, monday, Buffer.from([0x7b, 0xff, 0x00, 0x41]))
  await refuse(communityId, monday - 24 * 3_600_000)
  expect(await refused()).toMatchObject([{ reason: 'unreadable', body: '{�\u0000A' }, { body: '{' }])
  const view = (await zhao('desk', { params: params() })).body as DeskView
  expect(view.refusedToday).toBe(1)
})

test('what belongs to nobody we know is shown only where it can concern no other community', async () => {
  await refuse(null, monday)
  expect(await refused()).toEqual([])
  await api.db.run(sql`update area set kind = 'grid' where id = ${api.cast.otherCommunityId}`)
  expect(await refused()).toHaveLength(1)
})
