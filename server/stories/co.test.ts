import { expect, test } from 'vitest'
import type { TestService } from '#testing/service.ts'
import { stories } from '#testing/stories.ts'

const begin = stories()

const ppm = (value: number) => ({ values: [{ kind: 'co', value }] })
const co = (the: TestService, value: number) => the.say(the.cast.devices.liCo, 'readings', ppm(value))

test('safety 17: a demo in her home is marked, and hides neither the real alarm nor its stage', async () => {
  const the = await begin('10:00')
  await the.open('wang')
  const demo = await the.addDevice('demo-co-1', 'li', { kind: 'co', power: 'mains', origin: 'demo' })
  await the.say(demo, 'readings', ppm(500))
  await the.settled()
  expect(the.heard()).toEqual(['10:00:00 王红 alarm co critical demo'])
  const wang = await the.page('wang')
  await wang.act('acknowledge')
  await the.moveTo('10:00:10')
  await co(the, 320)
  await the.settled()
  expect(the.heard()).toEqual(['10:00:10 王红 alarm co alarm'])
  const jobs = await wang.jobs()
  const asShown = jobs.map(({ incident: { origin, stage, air } }) => `${origin} ${stage} ${air.co?.value}`)
  expect(asShown).toEqual(['live alarm 320', 'demo critical 500'])
})
