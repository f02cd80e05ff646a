// Whatever a broker sends again, twice, or in another order: one press is one check-in, one sample one reading.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Type } from 'typebox'
import { topicOf, type UpKind } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import type { CastDevice } from '#testing/cast.ts'
import type { TestService } from '#testing/service.ts'
import { stories } from '#testing/stories.ts'

const begin = stories()

type Said = { by: 'liButton' | 'liCo' | 'liGas'; kind: UpKind; body: Record<string, unknown> }

const seven = Date.parse('2026-03-02T07:00:00+08:00')

/** A morning of one home: two presses, a call for help, samples of which two are of one moment, an alarm. */
const morning: Said[] = [
  { by: 'liButton', kind: 'checkin', body: { id: 'press-1', time: seven + 60_000 } },
  { by: 'liButton', kind: 'checkin', body: { id: 'press-2', time: seven + 90_000 } },
  { by: 'liButton', kind: 'sos', body: { id: 'sos-1', time: seven + 95_000 } },
  ...[1, 2, 3].map((nth): Said => ({
    by: 'liCo',
    kind: 'readings',
    body: { id: `co-${nth}`, values: [{ kind: 'co', value: 360 + nth, time: seven + nth * 60_000 }] },
  })),
  {
    by: 'liCo',
    kind: 'readings',
    body: { id: 'co-again', values: [{ kind: 'co', value: 361, time: seven + 60_000 }] },
  },
  { by: 'liGas', kind: 'alarm', body: { id: 'gas-1', kind: 'gas', active: true, time: seven + 100_000 } },
]

const Counted = Type.Object({
  messages: Type.Integer(),
  checkIns: Type.Integer(),
  readings: Type.Integer(),
  incidents: Type.Array(Type.String()),
})

const counted = (the: TestService) =>
  the.db.one(
    Counted,
    sql`
      select (select count(*)::int from message where id not like '~%') as messages,
        (select count(*)::int from check_in) as check_ins,
        (select count(*)::int from reading) as readings,
        array(select kind from incident order by kind) as incidents`,
  )

async function deliver(the: TestService, deliveries: readonly Said[]): Promise<void> {
  const { ingest } = the.app()
  for (const { by, kind, body } of deliveries) {
    const device: CastDevice = the.cast.devices[by]
    const principal = await ingest.authenticate(device.serial, device.secret)
    if (!principal) throw new Error('the device was not let in')
    const payload = Buffer.from(JSON.stringify(body))
    const topic = topicOf(device.serial, kind)
    const receivedAt = the.clock.now()
    await ingest.accept({
      principal,
      clientId: device.serial,
      topic,
      payload,
      qos: 1,
      retain: false,
      receivedAt,
    })
  }
}

test('redelivery, copies and another order make no second check-in, reading or incident', async () => {
  const anyDelivery = fc
    .shuffledSubarray(morning, { minLength: morning.length })
    .chain((once) => fc.tuple(fc.constant(once), fc.array(fc.constantFrom(...morning), { maxLength: 12 })))
    .map(([once, copies]) => [...once, ...copies])
  let the = await begin('07:05')
  await fc.assert(
    fc.asyncProperty(anyDelivery, async (deliveries) => {
      await the.end()
      the = await begin('07:05')
      await deliver(the, deliveries)
      expect(await counted(the)).toEqual({
        messages: morning.length,
        checkIns: 2,
        readings: 3,
        incidents: ['co', 'gas', 'sos'],
      })
    }),
    { numRuns: 6, seed: 5 },
  )
  // what each danger logs and rings is told by its own story
  the.logged()
})
