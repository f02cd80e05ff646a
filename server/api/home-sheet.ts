// 一户一表: one sheet a home, and who looked at it.
import { addDays } from '#domain/calendar-day.ts'
import type { CalendarDay, DeviceView, HomeSheet, ResidentSheet } from '#contract/community.ts'
import { defaultRules } from '#contract/rule-set.ts'
import { doubtSamples } from '#domain/air-doubts.ts'
import { grouped } from '#domain/grouped.ts'
import type { CheckInVia } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { localDate } from '#domain/occurrence.ts'
import { writeLook } from './audit-store.ts'
import type { Asked, Handlers } from './handler.ts'
import {
  absencesOf,
  calendarOf,
  airSamplesOf,
  devicesOf,
  findHome,
  lastCheckInsOf,
  lastSignOf,
  pairedWith,
  residentsOf,
  type AbsenceRow,
  type DayRow,
  type LastCheckIn,
  type ResidentRow,
} from './home-sheet-store.ts'
import type { IncidentViews } from './ports.ts'
import { refused, type Refused } from './refusals.ts'
import { readTiles } from './tiles.ts'

/** Five whole weeks in the check-in calendar. */
const calendarDays = 35
/** The last of the home's incidents, open ones before closed ones. */
const incidentsShownMax = 50

export type HomeSheetSettings = { db: Db; incidents: Pick<IncidentViews, 'cards'> }

export function homeSheetHandlers(settings: HomeSheetSettings): Pick<Handlers, 'home'> {
  return {
    async home(asked) {
      const sheet = await sheetOf(settings, asked)
      // written down before the sheet is given away
      await writeLook(settings.db, { now: asked.now, personId: asked.personId, homeId: asked.params.id })
      return sheet
    },
  }
}

async function sheetOf(
  { db, incidents }: HomeSheetSettings,
  { params, now }: Asked<'home'>,
): Promise<HomeSheet | Refused> {
  const home = await findHome(db, params.id)
  if (!home) return refused('not_found')
  const [tile] = await readTiles(db, { communityId: home.communityId, homeIds: [home.id], now })
  if (!tile) return refused('not_found')
  const states = ['open', 'handled', 'closed'] as const
  const cards = await incidents.cards(db, { homeIds: [home.id], states }, now)
  return {
    tile,
    address: home.address,
    plan: home.plan,
    residents: await residentSheets(db, home, now),
    paired: await pairedWith(db, home.id),
    devices: await deviceViews(db, home.id, now),
    lastSign: (await lastSignOf(db, home.id)) ?? null,
    incidents: cards.slice(0, incidentsShownMax),
  }
}

/** As the rules look at it: over the eight hours of the longest window. */
const doubtsWithinMs = 8 * 3_600_000

async function deviceViews(db: Db, homeId: number, now: number): Promise<DeviceView[]> {
  const devices = await devicesOf(db, homeId, now)
  const samples = grouped(await airSamplesOf(db, homeId, now - doubtsWithinMs), ({ deviceId }) => deviceId)
  const stuckForMs = defaultRules.co.stuckForMin * 60_000
  return devices.map((device) => ({
    ...device,
    doubts: doubtSamples(samples.get(device.id) ?? [], stuckForMs).doubts,
  }))
}

async function residentSheets(
  db: Db,
  home: { id: number; zone: string },
  now: number,
): Promise<ResidentSheet[]> {
  const today = localDate(now, home.zone)
  const from = addDays(today, 1 - calendarDays)
  const absences = await absencesOf(db, home.id, today)
  const days = await calendarOf(db, { homeId: home.id, from, to: today })
  const checkIns = await lastCheckInsOf(db, home.id)
  const rows = await residentsOf(db, home.id)
  return rows.map((resident) => residentSheet(resident, { absences, days, checkIns }))
}

type Around = { absences: AbsenceRow[]; days: DayRow[]; checkIns: LastCheckIn[] }

function residentSheet(resident: ResidentRow, { absences, days, checkIns }: Around): ResidentSheet {
  const own = <T extends { residentId: number }>(rows: readonly T[]) =>
    rows.filter(({ residentId }) => residentId === resident.id)
  const [absence] = own(absences)
  const [lastCheckIn] = own(checkIns)
  return {
    ...resident,
    absence: absence ?? null,
    calendar: own(days).map(calendarDay),
    lastCheckIn: lastCheckIn ? { at: lastCheckIn.at, via: lastCheckIn.via } : null,
  }
}

function calendarDay(day: DayRow): CalendarDay {
  return { on: day.on, place: placeOf(day), at: day.at }
}

function placeOf({ via, late, missed, excused }: DayRow): CalendarDay['place'] {
  if (via !== null) return placeByVia[via] === 'pressed' && late ? 'late' : placeByVia[via]
  if (missed) return 'missed'
  return excused ? 'excused' : 'none'
}

const placeByVia = {
  button: 'pressed',
  curtain: 'pressed',
  web: 'pressed',
  phone: 'phoned',
  visit: 'visited',
  proxy: 'proxy',
} as const satisfies Record<CheckInVia, CalendarDay['place']>
