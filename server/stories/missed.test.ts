import { expect, test } from 'vitest'
import type { RefusedCall } from '#testing/caller.ts'
import { stories } from '#testing/stories.ts'

const begin = stories()
test('two say 收到 at once: one has it, the other hears who', async () => {
  const the = await begin('07:59')
  const [wang, zhang] = [await the.page('wang'), await the.page('zhang')]
  await the.greetings({ except: ['li'] })
  await the.moveTo('08:03')
  expect(the.heard()).toEqual(['08:00:00 王红 alarm missed alarm', '08:03:00 张伟 alarm missed alarm'])
  const both = await Promise.allSettled([wang.act('acknowledge'), zhang.act('acknowledge')])
  const refusals = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as RefusedCall] : []))
  expect(refusals.map(({ message }) => message)).toEqual(['409 somebody_was_first'])
  const first = both[0].status === 'fulfilled' ? '王红' : '张伟'
  expect(refusals[0]?.by).toBe(first)
  await the.settled()
  const other = first === '王红' ? '张伟' : '王红'
  expect(the.heard()).toEqual([`08:03:00 ${other} inform missed alarm`])
})

test('safety 2: a page behind another window is passed over at once, one that was rung and stays silent after 5 s', async () => {
  const the = await begin('07:59')
  const [wang, zhang] = [await the.page('wang'), await the.page('zhang')]
  await the.open('zhao')
  await the.greetings({ except: ['li'] })
  wang.show({ inFront: false, sound: true })
  await the.pages.proves('wang', false)
  zhang.losesItsSound()
  await the.moveTo('08:00:04')
  expect(the.heard()).toEqual([])
  await the.moveTo('08:00:06')
  expect(the.heard()).toEqual(['08:00:05 赵敏 alarm missed alarm'])
})
