// 一户一表: one sheet a home, and who looked at it.
import { addDays } from '#domain/calendar-day.ts'
import type { CalendarDay, DeviceView, HomeSheet, ResidentSheet, WellbeingView } from '#contract/community.ts'
import type { IncidentCard } from '#contract/incident.ts'
import { defaultRules } from '#contract/rule-set.ts'
import { doubtSamples } from '#domain/air-doubts.ts'
import { grouped } from '#domain/grouped.ts'
import type { CheckInVia } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { localDate, localInstant } from '#domain/occurrence.ts'
import { habitDays, judgeWellbeing, observeHabit, type Habit, type LivedDay } from '#domain/wellbeing.ts'
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
    flue: home.flue,
    plan: home.plan,
    residents: await residentSheets(db, { home, cards, now }),
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
  { home, cards, now }: { home: { id: number; zone: string }; cards: readonly IncidentCard[]; now: number },
): Promise<ResidentSheet[]> {
  const { zone } = home
  const today = localDate(now, zone)
  // The running day is no day of a habit yet.
  const from = addDays(today, -habitDays)
  const absences = await absencesOf(db, home.id, today)
  const days = await calendarOf(db, { homeId: home.id, from, to: today })
  const checkIns = await lastCheckInsOf(db, home.id)
  const rows = await residentsOf(db, home.id)
  return rows.map((resident) =>
    residentSheet(resident, { absences, days, checkIns, cards, zone, today, now }),
  )
}

type Around = {
  absences: AbsenceRow[]
  days: DayRow[]
  checkIns: LastCheckIn[]
  cards: readonly IncidentCard[]
  zone: string
  today: string
  now: number
}

function residentSheet(resident: ResidentRow, around: Around): ResidentSheet {
  const { absences, days, checkIns } = around
  const own = <T extends { residentId: number }>(rows: readonly T[]) =>
    rows.filter(({ residentId }) => residentId === resident.id)
  const [absence] = own(absences)
  const [lastCheckIn] = own(checkIns)
  return {
    ...resident,
    absence: absence ?? null,
    calendar: own(days).slice(-calendarDays).map(calendarDay),
    wellbeing: wellbeingOf(resident, { ...around, days: own(days), absences: own(absences) }),
    lastCheckIn: lastCheckIn ? { at: lastCheckIn.at, via: lastCheckIn.via } : null,
  }
}

/** An SOS is the home's: where two live there, either may have pressed it. */
function wellbeingOf(
  resident: ResidentRow,
  { days, absences, cards, zone, today, now }: Around,
): WellbeingView {
  const search = cards.find(
    ({ kind, state, residentId, evidence }) =>
      kind === 'missed' && state === 'open' && residentId === resident.id && evidence.silence !== undefined,
  )
  const state = judgeWellbeing({
    greetedAt:
      days.find(({ on }) => on === today)?.at ?? resident.coveredAt ?? search?.evidence.lateCheckInAt ?? null,
    unwell: cards
      .filter(({ kind }) => kind === 'sos')
      .map(({ openedAt, closedAt }) => ({ at: openedAt, endedAt: closedAt })),
    dueAt: search?.openedAt ?? resident.dueAt ?? Infinity,
    away: absences.some(({ fromOn, untilOn }) => fromOn <= today && today < untilOn),
    now,
  })
  const habit = observeHabit(
    days.filter(({ on, excused }) => on < today && !excused).map((day) => livedDay(day, zone)),
  )
  return { now: state, habit: habit && { ...withoutMinute(habit), usual: clockOf(habit.usualMinute) } }
}

const withoutMinute = ({ usualMinute: _minute, ...habit }: Habit) => habit

function livedDay({ on, via, at }: DayRow, zone: string): LivedDay {
  const isOwn = via !== null && placeByVia[via] === 'pressed'
  const minute = isOwn && at !== null ? Math.round((at - localInstant(on, '00:00', zone)) / 60_000) : null
  return { on, minute, byOthers: via !== null && !isOwn }
}

const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

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
