// What the resident herself, and the homes that share her air, are told, through their devices.
import { Type } from 'typebox'
import type { CommandKind } from '#contract/messages.ts'
import { Id, isHazard, type IncidentKind } from '#contract/primitives.ts'
import { adviceLines, originWord } from '#contract/words.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import { isAtLeast } from '#domain/worst.ts'
import type { Situation } from './situation.ts'
import { inform, type Told } from './tell.ts'

type Asked = Told & { expiresInMs: number }

/**
 * Safety 1: the resident is told with everybody else. Gas is the exception that safety 14 makes: no sound from her
 * tablet or button, which are told to be silent; the detector itself sounds, and the page shows it without a sound.
 * While there is gas in a home nothing else makes its devices sound either.
 */
export async function tellResident(tx: Tx, situation: Situation, asked: Asked): Promise<void> {
  if (!isHazard(situation.kind) || situation.ladder.purpose === 'inform') return
  const kind = howToTell(situation.kind)
  const text = kind === 'comfort' ? '已收到，正在找人' : adviceLines(situation.kind, 'zh').join('；')
  const told = await command(tx, situation, { kind, text, homeIds: [situation.homeId], ...asked })
  if (told.length === 0) return
  const { communityId, id: incidentId } = situation
  await writeTimeline(tx, [{ communityId, incidentId, at: asked.now, what: 'residentTold' }])
}

/** An SOS is answered, not alarmed: she knows. */
function howToTell(kind: IncidentKind): CommandKind {
  if (kind === 'gas') return 'mute'
  return kind === 'sos' ? 'comfort' : 'alarm'
}

/** Somebody is coming. */
export async function comfortResident(tx: Tx, situation: Situation, asked: Asked): Promise<void> {
  if (!isHazard(situation.kind) || situation.kind === 'gas') return
  const homeIds = [situation.homeId]
  await command(tx, situation, { kind: 'comfort', text: '有人过来看看您', homeIds, ...asked })
}

/** Safety 12: CO goes through ceilings and flues. Their devices sound, and their stewards know. */
export async function warnHomesNearby(tx: Tx, situation: Situation, asked: Asked): Promise<void> {
  if (situation.kind !== 'co' || !isAtLeast(situation.stage, 'alarm')) return
  const homeIds = await homesSharingAir(tx, situation.homeId)
  if (homeIds.length === 0) return
  const text = adviceLines('co', 'zh').join('；')
  await command(tx, situation, { kind: 'alarm', text, homeIds, ...asked })
  const { communityId, id: incidentId } = situation
  const detail = { homeIds }
  await writeTimeline(tx, [{ communityId, incidentId, at: asked.now, what: 'homesWarned', detail }])
  const stewards = await stewardsOf(tx, homeIds)
  const onIt = new Set([...situation.assignments.map(({ personId }) => personId), ...everyone(situation)])
  await inform(tx, situation, { personIds: stewards.filter((id) => !onIt.has(id)), ...asked })
}

const everyone = ({ around }: Situation) => [
  ...around.steward,
  ...around.backup,
  ...around.neighbour,
  ...around.desk,
]

/** Commands of this incident that have not left yet are not sent any more. */
export async function dropCommands(tx: Tx, incidentId: number, now: number): Promise<void> {
  await tx.run(sql`
    update device_command
    set result = 'withdrawn',
      result_at = ${at(now)}
    where incident_id = ${incidentId}
      and sent_at is null
      and result is null`)
}

const IdRow = Type.Object({ id: Id })

/** To what can speak or show something: tablets and buttons in service. */
async function command(
  tx: Tx,
  situation: Situation,
  asked: Asked & { kind: CommandKind; text: string; homeIds: readonly number[] },
): Promise<number[]> {
  const mark = situation.origin === 'live' ? '' : `【${originWord(situation.origin, 'zh')}】`
  const written = await tx.many(
    IdRow,
    sql`
      insert into device_command (community_id, device_id, kind, text, incident_id, created_at, expires_at)
      select device.community_id, device.id, ${asked.kind}, ${mark + asked.text}, ${situation.id}, ${at(asked.now)},
        ${at(asked.now + asked.expiresInMs)}
      from device
      where home_id = any(${asked.homeIds}::bigint[])
        and kind in ('tablet', 'button')
        and not out_of_service
        and (${asked.kind} = 'mute' or not exists (
          select
          from incident gas
          where gas.home_id = device.home_id
            and gas.kind = 'gas'
            and gas.state = 'open'
        ))
      order by device.id
      returning id`,
  )
  if (written.length > 0 && asked.wake) tx.afterCommit(asked.wake)
  return written.map(({ id }) => id)
}

/** Above, below (the same place in the row of doors, one floor away), and on the same flue of the building. */
async function homesSharingAir(tx: Tx, homeId: number): Promise<number[]> {
  const homes = await tx.many(
    IdRow,
    sql`
      select other.id
      from home
      join home other on other.building_id = home.building_id and other.id <> home.id
      where home.id = ${homeId}
        and (
          other.flue = home.flue
          or (
            other.unit = home.unit
            and abs(other.floor - home.floor) = 1
            and right(other.room, 2) = right(home.room, 2)
          )
        )
      order by other.id`,
  )
  return homes.map(({ id }) => id)
}

async function stewardsOf(tx: Tx, homeIds: readonly number[]): Promise<number[]> {
  const stewards = await tx.many(
    IdRow,
    sql`
      select distinct person.id
      from pairing
      join person on person.id = pairing.person_id and person.active
      where pairing.home_id = any(${homeIds}::bigint[])
        and pairing.role = 'steward'
      order by person.id`,
  )
  return stewards.map(({ id }) => id)
}
