// What the desk sees: homes as windows, the board, and the morning's count.
import { Type, type Static } from 'typebox'
import { FestivalCalendar } from './calendar.ts'
import { GroupCard } from './group.ts'
import { AirDoubt, Danger, IncidentCard, Paired, ResidentBrief } from './incident.ts'
import {
  CheckInVia,
  DeviceKind,
  EpochMs,
  HomeState,
  Id,
  IncidentKind,
  LocalDate,
  LocalTime,
  Origin,
  PowerClass,
  ReadingKind,
  Stage,
  orNull,
} from './primitives.ts'

export const Building = Type.Object({
  id: Id,
  name: Type.String(),
  floors: Type.Integer(),
  units: Type.Integer(),
  lng: Type.Number(),
  lat: Type.Number(),
})
export type Building = Static<typeof Building>

/** One window. `state` is derived from rows by domain/home-state.ts, worst first. */
export const HomeTile = Type.Object({
  id: Id,
  buildingId: Id,
  unit: Type.Integer(),
  floor: Type.Integer(),
  room: Type.String(),
  label: Type.String(),
  state: HomeState,
  /** Which sign a hazard window carries. */
  hazard: orNull(IncidentKind),
  stage: orNull(Stage),
  incidentIds: Type.Array(Id),
  acknowledged: Type.Boolean(),
  /** Dangers that no working detector watches (未监护), also where something worse is drawn. */
  unprotected: Type.Array(Danger),
  /** Nothing that could carry a greeting can be heard (监测中断). */
  blind: Type.Boolean(),
  residents: Type.Array(Type.Object({ id: Id, name: Type.String(), state: HomeState, at: orNull(EpochMs) })),
})
export type HomeTile = Static<typeof HomeTile>

/** Where each name of the morning stands; the lists add up to all enrolled, each name once. */
export const LedgerPlace = Type.Enum([
  'pressed',
  'proxy',
  'phoned',
  'visited',
  'excused',
  'notYetDue',
  'blind',
  'open',
])
export type LedgerPlace = Static<typeof LedgerPlace>

export const LedgerName = Type.Object({
  residentId: Id,
  homeId: Id,
  name: Type.String(),
  label: Type.String(),
  place: LedgerPlace,
  /** When the sign came, or when it is due. */
  at: orNull(EpochMs),
  late: Type.Boolean(),
  /** Who has taken charge of a blind or open name. */
  owner: orNull(Type.String()),
  outcome: orNull(Type.String()),
})
export type LedgerName = Static<typeof LedgerName>

export const Ledger = Type.Object({
  on: LocalDate,
  total: Type.Integer(),
  accountedFor: Type.Integer(),
  counts: Type.Record(LedgerPlace, Type.Integer()),
  names: Type.Array(LedgerName),
  /** Late risers who pressed by themselves before anybody was sent. */
  lateRisersNobodySent: Type.Integer(),
  signedBy: orNull(Type.String()),
  signedAt: orNull(EpochMs),
  /** True when every blind or open name has an owner. */
  signable: Type.Boolean(),
})
export type Ledger = Static<typeof Ledger>

export const StaffMember = Type.Object({
  id: Id,
  name: Type.String(),
  title: orNull(Type.String()),
  role: Type.Enum(['desk', 'steward', 'supervisor', 'admin']),
  phone: orNull(Type.String()),
  dialable: Type.Boolean(),
  onDuty: Type.Boolean(),
  /** An open page that proved itself at most 30 s ago. */
  reachableNow: Type.Boolean(),
  /** Some channel of theirs can wake a sleeping phone (safety 2). */
  wakes: Type.Boolean(),
})
export type StaffMember = Static<typeof StaffMember>

/** Where a client stands in a community's event log. */
export const Cursor = Type.Object({ epoch: Type.Integer(), seq: Type.Integer() })
export type Cursor = Static<typeof Cursor>

export const Community = Type.Object({
  id: Id,
  name: Type.String(),
  zone: Type.String(),
  origin: Origin,
  center: orNull(Type.Object({ lng: Type.Number(), lat: Type.Number() })),
})
export type Community = Static<typeof Community>

export const DeskView = Type.Object({
  community: Community,
  asOf: EpochMs,
  cursor: Cursor,
  buildings: Type.Array(Building),
  baseMap: Type.Unknown({
    description: 'GeoJSON FeatureCollection, WGS-84; properties.kind street|green|water|plaza, name',
  }),
  homes: Type.Array(HomeTile),
  incidents: Type.Array(IncidentCard),
  /** Many at once: one card for one cause. Their rows are among the incidents, by `foldedInto`. */
  groups: Type.Array(GroupCard),
  ledger: Ledger,
  staff: Type.Array(StaffMember),
  /** False: no channel can wake a sleeping phone, and every desk page says so (夜间叫不醒人). */
  canWakeAnybody: Type.Boolean(),
  refusedToday: Type.Integer(),
  calendar: FestivalCalendar,
})
export type DeskView = Static<typeof DeskView>

export const DeviceView = Type.Object({
  id: Id,
  serial: Type.String(),
  kind: DeviceKind,
  power: PowerClass,
  residentId: orNull(Id),
  lastSeenAt: orNull(EpochMs),
  online: orNull(Type.Boolean()),
  silent: Type.Boolean(),
  /** Messages that its (boot, seq) counted and that never came, before one that came within a day. */
  missing: Type.Integer({ minimum: 0 }),
  battery: orNull(Type.Number()),
  outOfService: Type.Boolean(),
  origin: Origin,
  /** Serial of the gateway that it speaks through, and its network, where that is known. */
  gateway: orNull(Type.String()),
  carrier: orNull(Type.String()),
  /** What is doubtful about what it said in the last eight hours. */
  doubts: Type.Array(AirDoubt),
})
export type DeviceView = Static<typeof DeviceView>

export const CalendarDay = Type.Object({
  on: LocalDate,
  place: Type.Enum(['pressed', 'late', 'proxy', 'phoned', 'visited', 'excused', 'missed', 'none']),
  at: orNull(EpochMs),
})
export type CalendarDay = Static<typeof CalendarDay>

export const AbsenceView = Type.Object({
  id: Id,
  fromOn: LocalDate,
  untilOn: LocalDate,
  place: Type.String(),
  companion: Type.String(),
  phone: Type.String(),
})
export type AbsenceView = Static<typeof AbsenceView>

/** How they are, and what their mornings say: an observation for staff, which raises nothing by itself. */
export const WellbeingView = Type.Object({
  now: Type.Enum(['well', 'notWell', 'silent', 'notDue', 'away']),
  /** Null while there are too few mornings of their own. */
  habit: orNull(
    Type.Object({
      /** The middle of the last two weeks. */
      usual: LocalTime,
      /** Against the four weeks before, in minutes, negative: earlier; null where they say too little. */
      laterByMin: orNull(Type.Integer()),
      /** Days at home among those two weeks, and on how many somebody else answered, or nobody. */
      days: Type.Integer(),
      byOthers: Type.Integer(),
      silent: Type.Integer(),
    }),
  ),
})
export type WellbeingView = Static<typeof WellbeingView>

export const ResidentSheet = Type.Object({
  ...ResidentBrief.properties,
  tierReason: orNull(Type.String()),
  contactMode: Type.String(),
  deadline: orNull(LocalTime),
  dueAt: orNull(EpochMs),
  coveredAt: orNull(EpochMs),
  file: Type.Record(Type.String(), Type.Unknown()),
  absence: orNull(AbsenceView),
  calendar: Type.Array(CalendarDay),
  wellbeing: WellbeingView,
  lastCheckIn: orNull(Type.Object({ at: EpochMs, via: CheckInVia })),
})
export type ResidentSheet = Static<typeof ResidentSheet>

export const HomeSheet = Type.Object({
  tile: HomeTile,
  address: Type.String(),
  /** Homes of the same flue warn each other of CO. */
  flue: orNull(Type.String()),
  plan: Type.Record(Type.String(), Type.Unknown()),
  residents: Type.Array(ResidentSheet),
  paired: Type.Array(Paired),
  devices: Type.Array(DeviceView),
  lastSign: orNull(Type.Object({ at: EpochMs, what: Type.String() })),
  incidents: Type.Array(IncidentCard),
})
export type HomeSheet = Static<typeof HomeSheet>

/** A curve: parallel arrays, oldest first; `low`/`high` are of the bucket where values were thinned. */
export const Series = Type.Object({
  kind: ReadingKind,
  unit: Type.String(),
  at: Type.Array(EpochMs),
  value: Type.Array(Type.Number()),
  flagged: Type.Array(Type.Boolean()),
})
export type Series = Static<typeof Series>

export const RefusedMessage = Type.Object({
  id: Id,
  receivedAt: EpochMs,
  serial: orNull(Type.String()),
  client: orNull(Type.String()),
  topic: orNull(Type.String()),
  reason: Type.String(),
  detail: Type.String(),
  body: orNull(Type.String()),
})
export type RefusedMessage = Static<typeof RefusedMessage>

export const SeenMessage = Type.Object({
  serial: Type.String(),
  homeLabel: Type.String(),
  kind: Type.String(),
  receivedAt: EpochMs,
  deviceAt: orNull(EpochMs),
  body: Type.String(),
  origin: Origin,
})
export type SeenMessage = Static<typeof SeenMessage>
