// Commands to devices: rows with an expiry, sent by whichever process holds the connection (ground.md).
import { Type } from 'typebox'
import { CommandKind, ContactMode, type CommandMessage } from '#contract/messages.ts'
import { EpochMs, Id, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { DispatchParts, Reach } from './parts.ts'

/** In one round: more than the devices of a community that are online and have something to hear. */
const commandsMax = 2000

const DueCommand = Type.Object({
  id: Id,
  serial: Type.String(),
  kind: CommandKind,
  text: orNull(Type.String()),
  expiresAt: EpochMs,
  by: orNull(ContactMode),
})

/** Sends what has not expired; whoever is away gets it on coming back, until it does. @param now epoch ms */
export async function sendCommands({ db, sendCommand, reach }: DispatchParts, now: number): Promise<void> {
  await markExpired(db, now)
  for (const { id, serial, kind, text, expiresAt, by } of await dueCommands(db, now, reach?.())) {
    const message: CommandMessage = {
      id,
      kind,
      expiresAt,
      ...(text === null ? {} : { text }),
      ...(by === null ? {} : { by }),
    }
    if ((await sendCommand(serial, message)) === 'sent') await markSent(db, id, now)
  }
}

/**
 * Only for devices within reach: those of other servers would crowd out ours. A reminder says how its resident is
 * reached; one who does not hear is never asked by voice (safety 18).
 */
function dueCommands(db: Db, now: number, reach: Reach | undefined) {
  const connections = reach && 'connections' in reach ? reach.connections : null
  const shardGroups = reach && 'shardGroups' in reach ? reach.shardGroups : null
  return db.many(
    DueCommand,
    sql`
      select c.id, device.serial, c.kind, c.text, c.expires_at,
        case
          when c.kind <> 'remind' then null
          when r.deaf and r.contact_mode in ('phone', 'recording') then 'light'
          else r.contact_mode
        end as by
      from device_command c
      join device on device.id = c.device_id
      left join resident r on r.id = device.resident_id
      where c.sent_at is null
        and c.result is null
        and c.expires_at > ${at(now)}
        and (${connections}::text is null or starts_with(device.connection, ${connections}::text))
        and (
          ${shardGroups}::text[] is null
          or left(encode(sha256(convert_to(device.serial, 'UTF8')), 'hex'), 1) = any(${shardGroups}::text[])
        )
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
