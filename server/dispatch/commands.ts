// Commands to devices: rows with an expiry, sent by whichever process holds the connection (ground.md).
import { Type } from 'typebox'
import { CommandKind, type CommandMessage } from '#contract/messages.ts'
import { EpochMs, Id, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { DispatchParts } from './parts.ts'

/** In one round: more than the devices of a community that are online and have something to hear. */
const commandsMax = 2000

const DueCommand = Type.Object({
  id: Id,
  serial: Type.String(),
  kind: CommandKind,
  text: orNull(Type.String()),
  expiresAt: EpochMs,
})

/** Sends what has not expired; whoever is away gets it on coming back, until it does. @param now epoch ms */
export async function sendCommands({ db, sendCommand }: DispatchParts, now: number): Promise<void> {
  await markExpired(db, now)
  for (const { id, serial, kind, text, expiresAt } of await dueCommands(db, now)) {
    const message: CommandMessage = { id, kind, expiresAt, ...(text === null ? {} : { text }) }
    if ((await sendCommand(serial, message)) === 'sent') await markSent(db, id, now)
  }
}

function dueCommands(db: Db, now: number) {
  return db.many(
    DueCommand,
    sql`
      select c.id, device.serial, c.kind, c.text, c.expires_at
      from device_command c
      join device on device.id = c.device_id
      where c.sent_at is null
        and c.result is null
        and c.expires_at > ${at(now)}
      order by device.online desc nulls last, c.id
      limit ${commandsMax}`,
  )
}

/** An old alarm that arrives after it is over is worse than none: it is dropped, and says so. */
async function markExpired(db: Db, now: number): Promise<void> {
  await db.run(sql`
    update device_command
    set result = 'expired',
      result_at = ${at(now)}
    where sent_at is null
      and result is null
      and expires_at <= ${at(now)}`)
}

async function markSent(db: Db, id: number, now: number): Promise<void> {
  await db.run(sql`
    update device_command
    set sent_at = ${at(now)}
    where id = ${id}`)
}
