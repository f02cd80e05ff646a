import { createHmac } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createPostbox } from '#testing/responding.ts'
import type { Message } from './channel.ts'
import { createWebhookChannel } from './webhook.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const channel = createWebhookChannel({ timeoutMs: 8000, log })
const hasty = createWebhookChannel({ timeoutMs: 300, log })
const secret = 'a secret of 32 characters or more'
const message: Message = {
  tellingId: 41,
  incidentId: 7,
  communityId: 3,
  personId: 2,
  kind: 'co',
  stage: 'alarm',
  purpose: 'alarm',
  origin: 'live',
  homeLabel: '3-2-501',
  text: '3-2-501：一氧化碳报警',
  language: 'zh',
  sentAt: Date.parse('2026-03-02T03:00:00.500+08:00'),
}

let box: Awaited<ReturnType<typeof createPostbox>>
const tell = async (status: Parameters<typeof createPostbox>[0]) => {
  box = await createPostbox(status)
  return channel.tell(message, { address: box.url, secret })
}
afterEach(() => box.close())

test('says where and what, without a name, signed over its instant and its body', async () => {
  expect(await tell(200)).toBe('sent')
  const [post] = box.posts
  expect(JSON.parse(post?.body ?? '')).toEqual({
    type: 'telling',
    tellingId: 41,
    incidentId: 7,
    communityId: 3,
    personId: 2,
    purpose: 'alarm',
    kind: 'co',
    stage: 'alarm',
    origin: 'live',
    homeLabel: '3-2-501',
    text: '3-2-501：一氧化碳报警',
  })
  expect(post?.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(post?.headers['idempotency-key']).toBe('telling-41')
  const seconds = 1772391600
  const digest = createHmac('sha256', secret).update(`${seconds}.${post?.body}`).digest('hex')
  expect(post?.headers['cp-signature']).toBe(`t=${seconds},v1=${digest}`)
})

test.each([
  [204, 'sent'],
  [410, 'gone'],
  [404, 'retry'],
  [500, 'retry'],
  [302, 'retry'],
] as const)('an answer of %i means %s', async (status, delivery) => {
  expect(await tell(status)).toBe(delivery)
  // a redirect is not followed: one request, whatever the answer
  expect(box.posts).toHaveLength(1)
})

test('who does not answer in time, or is not there, is tried again', async () => {
  box = await createPostbox()
  const sockets: Socket[] = []
  const silent = createServer((socket) => sockets.push(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : 0
  expect(await hasty.tell(message, { address: `http://127.0.0.1:${port}/`, secret })).toBe('retry')
  await new Promise<void>((resolve) => {
    for (const socket of sockets) socket.destroy()
    silent.close(() => resolve())
  })
  expect(await channel.tell(message, { address: `http://127.0.0.1:${port}/`, secret })).toBe('retry')
})

test('without a secret, or to what is no web address, nothing is sent', async () => {
  box = await createPostbox()
  expect(await channel.tell(message, { address: box.url, secret: null })).toBe('gone')
  expect(await channel.tell(message, { address: 'file:///etc/passwd', secret })).toBe('gone')
  expect(await channel.tell(message, { address: null, secret })).toBe('gone')
  expect(box.posts).toEqual([])
})
