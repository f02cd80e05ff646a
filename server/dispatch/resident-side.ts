// What the resident herself, and the homes that share her air, are told, through their devices.
import { Type, type Static } from 'typebox'
import type { CommandKind } from '#contract/messages.ts'
import { Id, isHazard, type IncidentKind } from '#contract/primitives.ts'
import { adviceLines, originWord } from '#contract/words.ts'
import { instants } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { grouped } from '#domain/grouped.ts'
import { isAtLeast } from '#domain/worst.ts'
import type { Situation } from './situation.ts'
import { inform, say, type Command, type Draft, type ResidentAsk } from './tell.ts'

/** How long a command is worth being carried out, in ms, and who is called after a commit that left one to send. */
export type ToDevices = { expiresInMs: number; wake: (() => void) | undefined }

type Writing = Pick<ToDevices, 'wake'> & { now: number }

/**
 * Safety 1: the resident is told with everybody else. Gas is the exception that safety 14 makes: no sound from her
 * tablet or button, which are told to be silent; the detector itself sounds, and the page shows it without a sound.
 * While there is gas in a home nothing else makes its devices sound either.
 */
export async function tellResidents(
  tx: Tx,
  draft: Draft,
  { situations, expiresInMs, wake }: ToDevices & { situations: readonly Situation[] },
): Promise<void> {
  const commands = situations.flatMap((situation): Command[] => {
    const to = { situation, homeIds: homesOf(situation), expiresInMs }
    if (looksLikeCooking(situation)) return [{ ...to, ...aboutCooking }]
    const { kind, ladder } = situation
    if (!isHazard(kind) || ladder.purpose === 'inform') return []
    return [{ ...to, ...howToTell(kind) }]
  })
  const told = await writeCommands(tx, commands, { now: draft.now, wake })
  for (const { situation } of commands)
    if (told.has(situation.id)) say(draft, situation, { what: 'residentTold' })
}

/** Who stands at the stove knows best; without a sound, for it may be gas after all (safety 14). */
const looksLikeCooking = ({ kind, ladder, evidence }: Situation): boolean =>
  kind === 'gas' && ladder.purpose === 'inform' && evidence.window?.endsWith('+cooking') === true

const aboutCooking = {
  kind: 'mute' as const,
  text: '燃气探测器闻到了味道，像是在做饭：请开窗，看看灶火。没在做饭就关阀、出门，到外面再打电话',
}

/** An SOS is answered, not alarmed: she knows. */
function howToTell(incident: IncidentKind): { kind: CommandKind; text: string } {
  if (incident === 'sos') return { kind: 'comfort', text: '已收到，正在找人' }
  return { kind: incident === 'gas' ? 'mute' : 'alarm', text: adviceLines(incident, 'zh').join('；') }
}

/** She is asked herself before anybody is sent: never with blame (safety 18). */
export async function askResidents(
  tx: Tx,
  asks: Iterable<ResidentAsk>,
  { now, wake }: Writing,
): Promise<void> {
  const text = '早上好，方便时请按一下报平安'
  const commands = [...asks].map(({ situation, expiresAt }) => ({
    situation,
    homeIds: homesOf(situation),
    kind: 'remind' as const,
    text,
    expiresInMs: Math.max(1000, expiresAt - now),
  }))
  await writeCommands(tx, commands, { now, wake })
}

/** Somebody is coming. */
export async function comfortResident(
  tx: Tx,
  situation: Situation,
  { expiresInMs, ...how }: ToDevices & { now: number },
): Promise<void> {
  if (!isHazard(situation.kind) || situation.kind === 'gas') return
  const to = { situation, homeIds: homesOf(situation), expiresInMs }
  await writeCommands(tx, [{ ...to, kind: 'comfort', text: '有人过来看看您' }], how)
}

/** Safety 12: CO goes through ceilings and flues. Their devices sound, and their stewards know. */
export async function warnHomesNearby(
  tx: Tx,
  draft: Draft,
  { situations, expiresInMs }: Pick<ToDevices, 'expiresInMs'> & { situations: readonly Situation[] },
): Promise<void> {
  const rising = situations.filter(({ kind, stage }) => kind === 'co' && isAtLeast(stage, 'alarm'))
  if (rising.length === 0) return
  const sharing = await homesSharingAir(tx, rising.flatMap(homesOf))
  const text = adviceLines('co', 'zh').join('；')
  for (const situation of rising) {
    const near = homesOf(situation).flatMap((homeId) => sharing.get(homeId) ?? [])
    if (near.length === 0) continue
    const homeIds = near.map(({ nearId }) => nearId)
    draft.commands.push({ situation, homeIds, kind: 'alarm', text, expiresInMs })
    say(draft, situation, { what: 'homesWarned', detail: { homeIds } })
    const known = [...situation.assignments.map(({ personId }) => personId), ...everyone(situation)]
    const stewards = new Set(near.flatMap((home) => home.stewards))
    inform(
      draft,
      situation,
      [...stewards].filter((id) => !known.includes(id)).sort((a, b) => a - b),
    )
  }
}

const homesOf = ({ homeId }: Situation): number[] => (homeId === null ? [] : [homeId])

const everyone = ({ around }: Situation) => [
  ...around.steward,
  ...around.backup,
  ...around.neighbour,
  ...around.desk,
]

/** Commands of these incidents that have not left yet are not sent any more. */
export async function dropCommands(tx: Tx, incidentIds: readonly number[], now: number): Promise<void> {
  await tx.run(sql`
    update device_command
    set result = 'withdrawn',
      result_at = ${at(now)}
    where incident_id = any(${incidentIds}::bigint[])
      and sent_at is null
      and result is null`)
}

const CommandRow = Type.Object({ incidentId: Id })

/** To what can speak or show something: tablets and buttons in service. Gives the incidents where there was one. */
export async function writeCommands(
  tx: Tx,
  commands: readonly Command[],
  { now, wake }: Writing,
): Promise<Set<number>> {
  const asked = commands.flatMap(({ homeIds, ...command }) =>
    homeIds.map((homeId) => ({ homeId, ...command })),
  )
  if (asked.length === 0) return new Set()
  const written = await tx.many(
    CommandRow,
    sql`
      insert into device_command (community_id, device_id, kind, text, incident_id, created_at, expires_at)
      select device.community_id, device.id, asked.kind, asked.text, asked.incident_id, ${at(now)},
        asked.expires_at
      from unnest(
        ${asked.map(({ homeId }) => homeId)}::bigint[],
        ${asked.map(({ kind }) => kind)}::text[],
        ${asked.map(({ situation, text }) => markOf(situation) + text)}::text[],
        ${asked.map(({ situation }) => situation.id)}::bigint[],
        ${asked.map(({ situation }) => situation.residentId)}::bigint[],
        ${instants(asked.map(({ expiresInMs }) => now + expiresInMs))}::timestamptz[]
      ) with ordinality as asked (home_id, kind, text, incident_id, resident_id, expires_at, nth)
      join device on device.home_id = asked.home_id
      where device.kind in ('tablet', 'button')
        and not device.out_of_service
        and (
          asked.kind <> 'remind'
          or device.resident_id is null
          or device.resident_id = asked.resident_id
        )
        and (asked.kind = 'mute' or not exists (
          select
          from incident gas
          where gas.home_id = asked.home_id
            and gas.kind = 'gas'
            and gas.state = 'open'
        ))
      order by asked.nth, device.id
      returning incident_id`,
  )
  if (written.length > 0 && wake) tx.afterCommit(wake)
  return new Set(written.map(({ incidentId }) => incidentId))
}

const markOf = ({ origin }: Situation) => (origin === 'live' ? '' : `【${originWord(origin, 'zh')}】`)

const NearRow = Type.Object({ homeId: Id, nearId: Id, stewards: Type.Array(Id) })

/** Above, below (the same place in the row of doors, one floor away), and on the same flue of the building. */
async function homesSharingAir(tx: Tx, homeIds: readonly number[]): Promise<Map<number, NearHome[]>> {
  const rows = await tx.many(
    NearRow,
    sql`
      select home.id as home_id, other.id as near_id,
        array(
          select pairing.person_id
          from pairing
          join person on person.id = pairing.person_id and person.active
          where pairing.home_id = other.id
            and pairing.role = 'steward'
        ) as stewards
      from home
      join home other on other.building_id = home.building_id and other.id <> home.id
      where home.id = any(${homeIds}::bigint[])
        and (
          other.flue = home.flue
          or (
            other.unit = home.unit
            and abs(other.floor - home.floor) = 1
            and right(other.room, 2) = right(home.room, 2)
          )
        )
      order by home.id, other.id`,
  )
  return grouped(rows, ({ homeId }) => homeId)
}

type NearHome = Static<typeof NearRow>
